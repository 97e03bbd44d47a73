package io.errata.jobs.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.jobs.plan.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder in which a program in a pod tells its launcher how it goes, as the one can't see the
 * output of the other: {@code .launched-…} below the folder of plans, which both see. The launcher
 * makes it and removes it. Thread-safe.
 */
public final class Handover {
  /** The variable of the pod that names the folder. */
  public static final String VARIABLE = "ERRATA_HANDOVER";

  private static final String PREFIX = ".launched-";
  private static final String LAUNCH = "launch";
  private static final String PROGRESS = "progress.json";
  private static final String OUTCOME = "outcome.json";
  private static final Logger LOG = LoggerFactory.getLogger(Handover.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlinkPlanStorage storage;

  private Handover(FlinkPlanStorage storage) {
    this.storage = storage;
  }

  /** Where a line of the program belongs. All of them are told in the order that they had there. */
  public enum Stream {
    /** The result, for people. */
    RESULT,
    /** Errors, and what is under way. */
    ERROR,
    /** The stage that has begun, for the progress: one may be over before the next beat. */
    STAGE
  }

  /**
   * A line of the program.
   *
   * @param stream where it belongs
   * @param text without its end
   */
  public record Line(Stream stream, String text) {}

  /**
   * How far the program is.
   *
   * @param beat another with each time that it is told: the program lives
   * @param stage what it does; empty before the first
   * @param done rows and events of the stage so far
   * @param expected about how many there will be, or 0
   * @param waiting what its reading waits for, if it does
   * @param lines all so far
   */
  public record Progress(
      long beat,
      String stage,
      long done,
      long expected,
      Optional<Waiting> waiting,
      List<Line> lines) {
    public Progress {
      lines = List.copyOf(lines);
    }
  }

  /**
   * How it has ended.
   *
   * @param status its exit status
   * @param document what it prints as JSON
   * @param lines all of them
   */
  public record Outcome(int status, ObjectNode document, List<Line> lines) {
    public Outcome {
      lines = List.copyOf(lines);
    }
  }

  /** Where that of a launch lies. */
  public static String folder(String plans, String id) {
    return plans + "/" + PREFIX + id;
  }

  /**
   * That of a folder.
   *
   * @param folder a path or URI
   */
  public static Handover at(String folder) {
    return new Handover(FlinkPlanStorage.at(folder));
  }

  /** Makes the folder, before the program is started. */
  public void open() {
    write(LAUNCH, "A launcher waits for what a plan on Kubernetes tells here.\n");
  }

  /**
   * Sees that this is the folder which the launcher has made.
   *
   * @throws ErrataException UNAVAILABLE where it isn't
   */
  public void check() {
    if (!storage.exists(LAUNCH)) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot tell the launcher how it goes: it has made no " + storage.location() + " here",
          "Let the folder of plans be the same for the launcher and the pods, such as one on an"
              + " object store; or the launcher was stopped.");
    }
  }

  /** Tells how far it is. Nothing depends on it: what can't be written is left out. */
  public void tell(Progress progress) {
    ObjectNode node = JSON.createObjectNode();
    node.put("beat", progress.beat());
    node.put("stage", progress.stage());
    node.put("done", progress.done());
    node.put("expected", progress.expected());
    progress.waiting().ifPresent(wait -> wait.write(node));
    write(node, progress.lines());
    try {
      // Once the launcher has removed the folder, it isn't to come back.
      if (storage.exists(LAUNCH)) {
        storage.replace(PROGRESS, node.toString().getBytes(StandardCharsets.UTF_8));
      }
    } catch (ErrataException e) {
      LOG.debug("Cannot write how far it is to {}", storage.location(), e);
    }
  }

  /** Tells how it has ended. */
  public void tell(Outcome outcome) {
    check();
    ObjectNode node = JSON.createObjectNode();
    node.put("status", outcome.status());
    node.set("document", outcome.document());
    write(node, outcome.lines());
    storage.replace(OUTCOME, node.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void write(ObjectNode node, List<Line> lines) {
    ArrayNode array = node.putArray("lines");
    lines.forEach(
        line -> array.addObject().put("stream", line.stream().name()).put("text", line.text()));
  }

  private void write(String name, String text) {
    try (OutputStream out = storage.write(name)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw failed("write", name, e);
    }
  }

  /** How far the program is, where it has told and that isn't being written just now. */
  public Optional<Progress> progress() {
    try {
      return read(PROGRESS)
          .map(
              node ->
                  new Progress(
                      node.path("beat").asLong(),
                      node.path("stage").asText(),
                      node.path("done").asLong(),
                      node.path("expected").asLong(),
                      Waiting.read(node),
                      lines(node)));
    } catch (ErrataException e) {
      LOG.debug("Cannot read how far it is from {}", storage.location(), e);
      return Optional.empty();
    }
  }

  /**
   * How the program has ended, where it has.
   *
   * @throws ErrataException where that can't be read
   */
  public Optional<Outcome> outcome() {
    return read(OUTCOME)
        .map(
            node ->
                new Outcome(
                    node.path("status").asInt(), node.withObject("/document"), lines(node)));
  }

  private Optional<ObjectNode> read(String name) {
    if (!storage.exists(name)) {
      return Optional.empty();
    }
    try (InputStream in = storage.read(name)) {
      return JSON.readTree(in.readAllBytes()) instanceof ObjectNode node
          ? Optional.of(node)
          : Optional.empty();
    } catch (JsonProcessingException e) {
      // Some file systems show a file before it is whole.
      LOG.debug("{}/{} is not whole yet", storage.location(), name, e);
      return Optional.empty();
    } catch (IOException e) {
      throw failed("read", name, e);
    }
  }

  private static List<Line> lines(ObjectNode node) {
    List<Line> lines = new ArrayList<>();
    for (JsonNode line : node.path("lines")) {
      lines.add(new Line(Stream.valueOf(line.path("stream").asText()), line.path("text").asText()));
    }
    return lines;
  }

  private ErrataException failed(String verb, String name, IOException e) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot " + verb + " " + storage.location() + "/" + name + ": the file system failed",
        "Check that the folder of plans can be reached and written, and try again.",
        e);
  }

  /** Removes the folder. What is left is no reason to fail a plan. */
  public void remove() {
    try {
      storage.deleteAll();
    } catch (ErrataException e) {
      LOG.warn("Cannot delete {}", storage.location(), e);
    }
  }
}
