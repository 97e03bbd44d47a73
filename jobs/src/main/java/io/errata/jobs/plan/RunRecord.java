package io.errata.jobs.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.connectors.Window;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a run keeps of itself, so that it can be resumed. It holds no secrets.
 *
 * @param id of the run
 * @param name of the spec, for people
 * @param spec the spec with references instead of secrets
 * @param checkpoints the folder of its checkpoints
 * @param parallelism tasks of each stage
 * @param version the release of Errata that began it
 * @param worker the worker's identity
 * @param code a digest of the worker's code or declaration
 * @param schema a digest of the table's columns and of the fields that are read
 * @param window that is read
 * @param inputs one line for each input of the window and for each gap in it, as first resolved
 * @param retried the plan whose quarantine it retries, or empty
 * @param startedAt when it began
 * @param start how many starts there were before this one
 * @param rows the reading of live rows that counts
 * @param sealing the plan that its files were about to become, or empty
 * @param pausedAt when it was paused, or empty where it was not, or goes on since
 * @param job the job of this start on a session cluster, where nobody has seen its end
 * @param plan the plan that it ended with, or empty
 */
record RunRecord(
    String id,
    String name,
    String spec,
    String checkpoints,
    int parallelism,
    String version,
    String worker,
    String code,
    String schema,
    Window window,
    List<String> inputs,
    Optional<RetriedPlan> retried,
    Instant startedAt,
    int start,
    Rows rows,
    Optional<String> sealing,
    Optional<Instant> pausedAt,
    Optional<Job> job,
    Optional<String> plan) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  RunRecord {
    inputs = List.copyOf(inputs);
  }

  /**
   * A reading of live and base rows.
   *
   * @param reading the start that it began with
   * @param snapshot names the moment; evidence only
   * @param openedAt when that was
   */
  record Rows(int reading, String snapshot, Instant openedAt) {}

  /**
   * A plan whose quarantine is retried.
   *
   * @param plan its id
   * @param seal its seal
   * @param location its folder, a path or URI
   */
  record RetriedPlan(String plan, String seal, String location) {}

  /**
   * A job on a session cluster.
   *
   * @param cluster its address
   * @param id of the job there
   */
  record Job(String cluster, String id) {}

  /** The next start, with rows that are read anew or those that were read before. */
  RunRecord startedAgain(int next, Rows nextRows) {
    return with(inputs, next, nextRows, sealing, Optional.empty(), Optional.empty(), plan);
  }

  RunRecord sealing(String id) {
    return with(inputs, start, rows, Optional.of(id), pausedAt, job, plan);
  }

  RunRecord paused(Instant at) {
    return with(inputs, start, rows, sealing, Optional.of(at), Optional.empty(), plan);
  }

  /** Its job runs; a pause is over. */
  RunRecord onJob(Job running) {
    return with(inputs, start, rows, sealing, Optional.empty(), Optional.of(running), plan);
  }

  /** Its job has ended. */
  RunRecord onNoJob() {
    return with(inputs, start, rows, sealing, pausedAt, Optional.empty(), plan);
  }

  RunRecord ended(String id) {
    return with(
        List.of(), start, rows, sealing, Optional.empty(), Optional.empty(), Optional.of(id));
  }

  private RunRecord with(
      List<String> nextInputs,
      int nextStart,
      Rows nextRows,
      Optional<String> nextSealing,
      Optional<Instant> nextPausedAt,
      Optional<Job> nextJob,
      Optional<String> nextPlan) {
    return new RunRecord(
        id,
        name,
        spec,
        checkpoints,
        parallelism,
        version,
        worker,
        code,
        schema,
        window,
        nextInputs,
        retried,
        startedAt,
        nextStart,
        nextRows,
        nextSealing,
        nextPausedAt,
        nextJob,
        nextPlan);
  }

  byte[] toJson() {
    ObjectNode node = JSON.createObjectNode();
    node.put("run", id);
    node.put("name", name);
    node.put("started_at", startedAt.toString());
    plan.ifPresent(p -> node.put("plan", p));
    sealing.ifPresent(p -> node.put("sealing", p));
    pausedAt.ifPresent(at -> node.put("paused_at", at.toString()));
    job.ifPresent(on -> node.putObject("job").put("cluster", on.cluster()).put("id", on.id()));
    node.put("version", version);
    node.put("worker", worker);
    node.put("code", code);
    node.put("schema", schema);
    node.put("parallelism", parallelism);
    node.put("checkpoints", checkpoints);
    node.put("start", start);
    node.putObject("rows")
        .put("reading", rows.reading())
        .put("snapshot", rows.snapshot())
        .put("opened_at", rows.openedAt().toString());
    node.putObject("window")
        .put("from", window.from().toString())
        .put("to", window.to().toString());
    retried.ifPresent(
        r ->
            node.putObject("retried")
                .put("plan", r.plan())
                .put("seal", r.seal())
                .put("location", r.location()));
    node.put("spec", spec);
    ArrayNode lines = node.putArray("inputs");
    inputs.forEach(lines::add);
    try {
      return JSON.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree in memory can be written", e);
    }
  }

  /**
   * @throws IOException where it isn't one
   */
  static RunRecord read(byte[] json) throws IOException {
    JsonNode node = JSON.readTree(json);
    List<String> inputs = new ArrayList<>();
    node.path("inputs").forEach(line -> inputs.add(line.asText()));
    try {
      JsonNode rows = node.path("rows");
      JsonNode window = node.path("window");
      JsonNode retried = node.path("retried");
      JsonNode job = node.path("job");
      return new RunRecord(
          text(node, "run"),
          text(node, "name"),
          text(node, "spec"),
          text(node, "checkpoints"),
          node.path("parallelism").asInt(),
          text(node, "version"),
          text(node, "worker"),
          text(node, "code"),
          text(node, "schema"),
          new Window(Instant.parse(text(window, "from")), Instant.parse(text(window, "to"))),
          inputs,
          retried.isMissingNode()
              ? Optional.empty()
              : Optional.of(
                  new RetriedPlan(
                      text(retried, "plan"), text(retried, "seal"), text(retried, "location"))),
          Instant.parse(text(node, "started_at")),
          node.path("start").asInt(),
          new Rows(
              rows.path("reading").asInt(),
              text(rows, "snapshot"),
              Instant.parse(text(rows, "opened_at"))),
          Optional.ofNullable(node.path("sealing").textValue()),
          Optional.ofNullable(node.path("paused_at").textValue()).map(Instant::parse),
          job.isMissingNode()
              ? Optional.empty()
              : Optional.of(new Job(text(job, "cluster"), text(job, "id"))),
          Optional.ofNullable(node.path("plan").textValue()));
    } catch (RuntimeException e) {
      throw new IOException("a field is not as it was written", e);
    }
  }

  private static String text(JsonNode node, String field) {
    String text = node.path(field).textValue();
    if (text == null) {
      throw new IllegalArgumentException(field + " is missing");
    }
    return text;
  }
}
