package io.errata.jobs.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.state.table.Overload;
import java.time.Instant;
import java.util.Optional;

/**
 * A wait of a run for a quieter database.
 *
 * @param overload the limit that the database is above, and what was seen last
 * @param since when this was noticed first
 */
public record Waiting(Overload overload, Instant since) {
  private static final String FIELD = "waiting";

  /** Writes it into the JSON of how far a run has come. */
  public void write(ObjectNode progress) {
    progress
        .putObject(FIELD)
        .put("limit", overload.limit())
        .put("seen", overload.seen())
        .put("since", since.toString());
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @return empty where nothing was waited for
   * @throws RuntimeException where it is not as it was written
   */
  public static Optional<Waiting> read(JsonNode progress) {
    JsonNode wait = progress.path(FIELD);
    return wait.isMissingNode()
        ? Optional.empty()
        : Optional.of(
            new Waiting(
                new Overload(wait.required("limit").asText(), wait.required("seen").asText()),
                Instant.parse(wait.required("since").asText())));
  }
}
