package io.errata.jobs.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.graph.JobCounts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.jspecify.annotations.Nullable;

/** A session cluster, asked by its REST interface. Thread-safe. */
public final class SessionCluster {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final long LOOK_AGAIN_MILLIS = 200;
  private static final int NOT_FOUND = 404;
  private static final int ERRORS = 3;
  private static final Pattern RELEASE = Pattern.compile("(\\d+\\.\\d+)\\..*");
  private static final Pattern OWN_ERROR =
      Pattern.compile("io\\.errata\\.api\\.ErrataException: ([^\n]+)");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ClusterAddress address;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();

  private SessionCluster(ClusterAddress address) {
    this.address = address;
  }

  /** The one at an address; nothing is asked yet. */
  public static SessionCluster at(ClusterAddress address) {
    return new SessionCluster(address);
  }

  public ClusterAddress address() {
    return address;
  }

  /**
   * Sees that it is there and can run the jobs of this release.
   *
   * @throws ErrataException UNAVAILABLE where it doesn't answer, or is no Flink of this release
   */
  public void check() {
    String theirs = ask("/config").path("flink-version").asText();
    if (theirs.isEmpty()) {
      throw noCluster(null);
    }
    String ours = EnvironmentInformation.getVersion();
    if (!release(theirs).equals(release(ours))) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot run on the cluster at " + address + ": Flink " + theirs + " (" + ours + ")",
          "Use a cluster of Flink " + release(ours) + ".");
    }
  }

  private static String release(String version) {
    Matcher matcher = RELEASE.matcher(version);
    return matcher.matches() ? matcher.group(1) : version;
  }

  /**
   * Errata's jobs that it knows, the newest first; it forgets those that have ended after a while.
   *
   * @throws ErrataException UNAVAILABLE where it doesn't answer
   */
  public List<ClusterJob> jobs() {
    List<ClusterJob> jobs = new ArrayList<>();
    for (JsonNode job : ask("/jobs/overview").path("jobs")) {
      if (job.path("name").asText().startsWith(JobLabels.PREFIX)) {
        find(job.path("jid").asText()).ifPresent(jobs::add);
      }
    }
    jobs.sort(Comparator.comparing(ClusterJob::startedAt).reversed());
    return jobs;
  }

  /**
   * One of Errata's jobs.
   *
   * @return empty where it doesn't know it, or it is of another program
   * @throws ErrataException UNAVAILABLE where it doesn't answer
   */
  public Optional<ClusterJob> find(String id) {
    Optional<JsonNode> details = find(HttpRequest.newBuilder(), "/jobs/" + id);
    Optional<JobLabels> labels =
        find(HttpRequest.newBuilder(), "/jobs/" + id + "/config")
            .flatMap(config -> JobLabels.read(strings(config.at("/execution-config/user-config"))));
    if (details.isEmpty() || labels.isEmpty()) {
      return Optional.empty();
    }
    JsonNode job = details.get();
    List<String> stages = new ArrayList<>();
    for (JsonNode vertex : job.path("vertices")) {
      if (vertex.path("status").asText().equals("RUNNING")) {
        stages.add(vertex.path("name").asText().replace("Source: ", "").replace(" -> ", ", "));
      }
    }
    return Optional.of(
        new ClusterJob(
            id,
            labels.get().run(),
            labels.get().name(),
            state(job),
            String.join("; ", stages),
            Instant.ofEpochMilli(job.path("start-time").asLong()),
            Duration.ofMillis(Math.max(0, job.path("duration").asLong())),
            JobCounts.of(accumulators(id)).steps(),
            labels.get().total(),
            errors(id)));
  }

  private static String state(JsonNode job) {
    return job.path("state").asText().toLowerCase(Locale.ROOT);
  }

  private static Map<String, String> strings(JsonNode node) {
    Map<String, String> strings = new LinkedHashMap<>();
    node.fields().forEachRemaining(field -> strings.put(field.getKey(), field.getValue().asText()));
    return strings;
  }

  /** Messages of others may hold what they were given: an own message, or else the class alone. */
  private List<String> errors(String id) {
    List<String> errors = new ArrayList<>();
    find(HttpRequest.newBuilder(), "/jobs/" + id + "/exceptions?maxExceptions=" + ERRORS)
        .ifPresent(
            found -> {
              for (JsonNode entry : found.at("/exceptionHistory/entries")) {
                Matcher own = OWN_ERROR.matcher(entry.path("stacktrace").asText());
                errors.add(own.find() ? own.group(1) : entry.path("exceptionName").asText());
              }
            });
    return errors.stream().distinct().toList();
  }

  /**
   * The task manager on which a job failed, the last time that it did.
   *
   * @return its name, and its address behind it; empty where the job isn't known, or failed nowhere
   *     in particular
   * @throws ErrataException UNAVAILABLE where it doesn't answer
   */
  public Optional<String> failedOn(String id) {
    return find(HttpRequest.newBuilder(), "/jobs/" + id + "/exceptions?maxExceptions=1")
        .map(found -> found.at("/exceptionHistory/entries/0"))
        .filter(failure -> failure.path("taskManagerId").isTextual())
        .map(
            failure ->
                failure.path("taskManagerId").asText()
                    + " ("
                    + failure.path("endpoint").asText()
                    + ")");
  }

  /**
   * What a job has counted so far, by name: numbers as {@code Long}, all else as text.
   *
   * @return empty where it doesn't know the job
   * @throws ErrataException UNAVAILABLE where it doesn't answer
   */
  public Map<String, Object> accumulators(String id) {
    Map<String, Object> values = new LinkedHashMap<>();
    find(HttpRequest.newBuilder(), "/jobs/" + id + "/accumulators")
        .ifPresent(
            found -> {
              for (JsonNode each : found.path("user-task-accumulators")) {
                String value = each.path("value").asText();
                boolean counter = each.path("type").asText().equals("LongCounter");
                values.put(
                    each.path("name").asText(),
                    counter && value.matches("[0-9]{1,18}") ? (Object) Long.valueOf(value) : value);
              }
            });
    return values;
  }

  /**
   * Cancels a job and waits until it has ended.
   *
   * @param most how long to wait
   * @return the state in which it ended, or still is; empty where the job isn't known
   * @throws ErrataException UNAVAILABLE where the cluster doesn't answer
   */
  public Optional<String> cancel(String id, Duration most) {
    find(
        HttpRequest.newBuilder().method("PATCH", HttpRequest.BodyPublishers.noBody()),
        "/jobs/" + id + "?mode=cancel");
    long end = System.nanoTime() + most.toNanos();
    while (true) {
      Optional<String> state =
          find(HttpRequest.newBuilder(), "/jobs/" + id).map(SessionCluster::state);
      if (state.isEmpty() || ClusterJob.isEnd(state.get()) || System.nanoTime() > end) {
        return state;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return state;
      }
    }
  }

  private JsonNode ask(String path) {
    return find(HttpRequest.newBuilder(), path).orElseThrow(() -> noCluster(null));
  }

  /** Empty where there is no such thing. */
  private Optional<JsonNode> find(HttpRequest.Builder request, String path) {
    try {
      HttpResponse<String> answer =
          http.send(
              request.uri(URI.create(address + path)).timeout(ANSWER).build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() == NOT_FOUND) {
        return Optional.empty();
      }
      if (answer.statusCode() >= 500) {
        throw unreachable("it answers with status " + answer.statusCode(), null);
      }
      return Optional.of(answer.body().isBlank() ? JSON.nullNode() : JSON.readTree(answer.body()));
    } catch (JsonProcessingException e) {
      throw noCluster(e);
    } catch (IOException e) {
      throw unreachable(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrataException(
          ErrorCode.CANCELLED,
          "Cannot ask the cluster at " + address + ": it was interrupted",
          "Give the same command again.",
          e);
    }
  }

  private ErrataException unreachable(String why, @Nullable Exception cause) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot reach the Flink cluster at " + address + ": " + why,
        "Check --cluster (the REST address of the job manager) and that the cluster runs; nothing was written.",
        cause);
  }

  private ErrataException noCluster(@Nullable Exception cause) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot use " + address + ": what answers there is no Flink cluster's REST interface",
        "Give the REST address of the job manager, such as http://jobmanager:8081.",
        cause);
  }
}
