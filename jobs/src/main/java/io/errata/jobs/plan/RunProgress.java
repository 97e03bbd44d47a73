package io.errata.jobs.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a run has come, as it wrote it down last.
 *
 * @param run its id
 * @param name of the spec
 * @param startedAt when it began
 * @param cluster the address of the session cluster that its job runs on
 * @param job the id of the job there
 * @param stage the stage that it is in
 * @param stageStartedAt when that began
 * @param processed rows and events of the stage so far
 * @param total about how many there will be, or 0 where that isn't known
 * @param waiting what its reading waits for, if it does
 * @param updatedAt when it wrote this down
 */
public record RunProgress(
    String run,
    String name,
    Instant startedAt,
    Optional<String> cluster,
    Optional<String> job,
    String stage,
    Instant stageStartedAt,
    long processed,
    long total,
    Optional<Waiting> waiting,
    Instant updatedAt) {
  private static final ObjectMapper JSON = new ObjectMapper();

  RunProgress(String run, String name, Instant startedAt, Optional<String> cluster) {
    this(
        run,
        name,
        startedAt,
        cluster,
        Optional.empty(),
        "",
        startedAt,
        0,
        0,
        Optional.empty(),
        startedAt);
  }

  RunProgress inStage(String next, Instant now) {
    return new RunProgress(
        run, name, startedAt, cluster, job, next, now, 0, 0, Optional.empty(), now);
  }

  RunProgress asJob(String id) {
    return new RunProgress(
        run,
        name,
        startedAt,
        cluster,
        Optional.of(id),
        stage,
        stageStartedAt,
        processed,
        total,
        waiting,
        updatedAt);
  }

  RunProgress advanced(long done, long expected, Instant now) {
    return new RunProgress(
        run, name, startedAt, cluster, job, stage, stageStartedAt, done, expected, waiting, now);
  }

  RunProgress waits(Optional<Waiting> now) {
    return new RunProgress(
        run,
        name,
        startedAt,
        cluster,
        job,
        stage,
        stageStartedAt,
        processed,
        total,
        now,
        updatedAt);
  }

  byte[] toJson() {
    ObjectNode node = JSON.createObjectNode();
    node.put("run", run);
    node.put("name", name);
    node.put("started_at", startedAt.toString());
    cluster.ifPresent(address -> node.put("cluster", address));
    job.ifPresent(id -> node.put("job", id));
    node.put("stage", stage);
    node.put("stage_started_at", stageStartedAt.toString());
    node.put("processed", processed);
    node.put("total", total);
    waiting.ifPresent(wait -> wait.write(node));
    node.put("updated_at", updatedAt.toString());
    try {
      return JSON.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree in memory can be written", e);
    }
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IOException where it isn't whole
   */
  static RunProgress read(byte[] json) throws IOException {
    JsonNode node = JSON.readTree(json);
    try {
      return new RunProgress(
          node.required("run").asText(),
          node.required("name").asText(),
          Instant.parse(node.required("started_at").asText()),
          Optional.ofNullable(node.path("cluster").textValue()),
          Optional.ofNullable(node.path("job").textValue()),
          node.required("stage").asText(),
          Instant.parse(node.required("stage_started_at").asText()),
          node.required("processed").asLong(),
          node.required("total").asLong(),
          Waiting.read(node),
          Instant.parse(node.required("updated_at").asText()));
    } catch (RuntimeException e) {
      throw new IOException("a field is not as it was written", e);
    }
  }
}
