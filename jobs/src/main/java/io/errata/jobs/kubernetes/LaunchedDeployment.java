package io.errata.jobs.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A {@code FlinkDeployment} that is made for one plan, and goes with it: one thread makes and
 * watches it, and any may close it.
 */
public final class LaunchedDeployment implements AutoCloseable {
  private static final Duration GONE_WITHIN = Duration.ofSeconds(30);
  private static final long LOOK_AGAIN_MILLIS = 250;
  private static final int LONGEST_ERROR = 500;
  private static final int LOG_LINES = 20;
  private static final Set<String> JOB_ENDS = Set.of("FINISHED", "FAILED", "CANCELED");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesObjects objects;
  private final DeploymentFile file;
  private final Launch launch;
  private final OptionalInt parallelism;
  private final Consumer<String> tell;
  private final String collection;
  private final String specs;

  private boolean mayBeThere;
  private boolean closed;
  private boolean done;

  /**
   * One that isn't made yet.
   *
   * @param file what it is made of
   * @param parallelism tasks of each stage; empty for that of the file
   * @param tell hears, in lines for people, what became of it where its plan was given up
   */
  public LaunchedDeployment(
      KubernetesObjects objects,
      DeploymentFile file,
      Launch launch,
      OptionalInt parallelism,
      Consumer<String> tell) {
    this.objects = objects;
    this.file = file;
    this.launch = launch;
    this.parallelism = parallelism;
    this.tell = tell;
    this.collection =
        "/apis/" + DeploymentFile.VERSION + "/namespaces/" + file.namespace() + "/flinkdeployments";
    this.specs = "/api/v1/namespaces/" + file.namespace() + "/configmaps";
  }

  /**
   * What the operator says of it.
   *
   * @param jobManager the state of its deployment, in small letters; empty before the operator has
   *     seen it
   * @param isEnded whether nothing more will come of it by itself
   * @param error what went wrong, in one line
   */
  public record State(String jobManager, boolean isEnded, Optional<String> error) {
    /** Whether the operator has begun to make a job manager. */
    public boolean isBegun() {
      return !jobManager.isEmpty() && !jobManager.equals("missing");
    }
  }

  /** Its namespace and name. */
  @Override
  public String toString() {
    return file.namespace() + "/" + file.name();
  }

  /**
   * Makes it, with its spec beside it.
   *
   * @throws ErrataException as {@link KubernetesObjects#create} does, or CANCELLED where it is
   *     closed
   */
  public synchronized void make() {
    if (closed) {
      throw new ErrataException(
          ErrorCode.CANCELLED,
          "Cannot make FlinkDeployment " + this + ": it was given up",
          "Give the same command again.");
    }
    // The deployment first: its name is taken by one launch alone, and the spec belongs to it. Its
    // pods wait until that is there.
    mayBeThere = true;
    JsonNode made;
    try {
      made = objects.create(collection, file.launching(launch, parallelism));
    } catch (ErrataException e) {
      // What can't have been made isn't looked for.
      mayBeThere = e.code().retryable();
      throw e;
    }
    objects.create(specs, DeploymentFile.spec(made, launch));
  }

  /**
   * How it stands.
   *
   * @throws ErrataException CANCELLED where somebody else has deleted it
   */
  public State look() {
    JsonNode status =
        find()
            .orElseThrow(
                () ->
                    new ErrataException(
                        ErrorCode.CANCELLED,
                        "Cannot finish the plan: FlinkDeployment " + this + " was deleted",
                        "Give the same command again; no plan was written."))
            .path("status");
    String jobManager = status.path("jobManagerDeploymentStatus").asText().toLowerCase(Locale.ROOT);
    return new State(
        jobManager.replace('_', ' '),
        jobManager.equals("error")
            || status.path("lifecycleState").asText().equals("FAILED")
            || JOB_ENDS.contains(status.at("/jobStatus/state").asText()),
        Optional.of(error(status.path("error").asText())).filter(text -> !text.isBlank()));
  }

  /** The operator writes JSON with a message in it. */
  private static String error(String text) {
    String message = text;
    if (text.startsWith("{")) {
      try {
        message = JSON.readTree(text).path("message").asText(text);
      } catch (JsonProcessingException e) {
        // It was cut to a length, and is shown as it is.
        message = text;
      }
    }
    String line = message.strip().lines().findFirst().orElse("");
    return line.length() > LONGEST_ERROR ? line.substring(0, LONGEST_ERROR) + "…" : line;
  }

  /** The last lines of its job manager's log, as far as there is one that may be read. */
  public List<String> log() {
    String pods = "/api/v1/namespaces/" + file.namespace() + "/pods";
    String own = "?labelSelector=app%3D" + file.name() + "%2Ccomponent%3Djobmanager";
    List<String> lines = new ArrayList<>();
    try {
      JsonNode found = objects.find(pods + own).orElseGet(JSON::createObjectNode);
      for (JsonNode pod : found.path("items")) {
        String path = pods + "/" + pod.at("/metadata/name").asText() + "/log";
        objects
            .text(path + "?container=flink-main-container&tailLines=" + LOG_LINES)
            .ifPresent(text -> text.lines().forEach(lines::add));
      }
    } catch (ErrataException e) {
      lines.add(e.getMessage());
    }
    return lines;
  }

  /** Its plan has been told: nothing needs to be said when it is closed. */
  public synchronized void done() {
    done = true;
  }

  /** Deletes it with its spec, where this launch has made it, and waits until it is gone. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (!mayBeThere) {
      return;
    }
    String command = "kubectl -n " + file.namespace() + " delete flinkdeployment " + file.name();
    try {
      // Nobody else's of the same name.
      boolean isThere = find().isPresent();
      if (isThere) {
        objects.delete(collection + "/" + file.name());
      }
      objects.delete(specs + "/" + DeploymentFile.specName(file.name(), launch));
      if (isThere && !isGoneSoon()) {
        tell.accept(
            "FlinkDeployment " + this + " is to be deleted, but the operator hasn't ended it yet.");
      } else if (isThere && !done) {
        tell.accept("Deleted FlinkDeployment " + this + ".");
      }
    } catch (ErrataException e) {
      tell.accept("FlinkDeployment " + this + " may still be there: " + e.getMessage());
      tell.accept("  To delete it: " + command);
    }
  }

  private boolean isGoneSoon() {
    long end = System.nanoTime() + GONE_WITHIN.toNanos();
    while (find().isPresent()) {
      if (System.nanoTime() > end) {
        return false;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  /** It, unless another launch has made what has its name. */
  private Optional<JsonNode> find() {
    return objects
        .find(collection + "/" + file.name())
        .filter(
            found ->
                found
                    .at("/metadata/annotations")
                    .path(DeploymentFile.LAUNCH)
                    .asText()
                    .equals(launch.id()));
  }
}
