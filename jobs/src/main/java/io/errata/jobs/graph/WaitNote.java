package io.errata.jobs.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.api.ErrataException;
import io.errata.jobs.plan.FlinkPlanStorage;
import io.errata.state.table.Overload;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A note of a task that waits for a quieter store, beside the files of the plan to be, as long as
 * it waits: a source has no other way to tell the client of it. Nothing depends on it; what can't
 * be written or read is left out. Used by one thread.
 */
public final class WaitNote {
  private static final Logger LOG = LoggerFactory.getLogger(WaitNote.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FOLDER = "waits";

  private final String staging;
  private final String path;

  /**
   * Writes nothing yet.
   *
   * @param staging the staging folder's URI
   * @param task a name that no other task has
   */
  WaitNote(String staging, String task) {
    this.staging = staging;
    this.path = FOLDER + "/" + task;
  }

  /** Says what is waited for now, in place of what was said before. */
  void write(Overload overload) {
    try (OutputStream out = FlinkPlanStorage.at(staging).write(path)) {
      out.write(
          JSON.writeValueAsBytes(
              JSON.createObjectNode().put("limit", overload.limit()).put("seen", overload.seen())));
    } catch (IOException | ErrataException e) {
      LOG.debug("Cannot note a wait in {}/{}", staging, path, e);
    }
  }

  /** Takes it back, and what a task of that name has left before a restart. */
  void remove() {
    try {
      FlinkPlanStorage.at(staging).delete(path);
    } catch (ErrataException e) {
      LOG.debug("Cannot remove {}/{}", staging, path, e);
    }
  }

  /**
   * What a task waits for.
   *
   * @param staging the staging folder
   * @return of several, that of the first by name; empty where none waits, or it is written just
   *     now
   */
  public static Optional<Overload> find(FlinkPlanStorage staging) {
    try {
      List<String> notes = staging.list(FOLDER).stream().sorted().toList();
      if (notes.isEmpty()) {
        return Optional.empty();
      }
      try (InputStream in = staging.read(notes.get(0))) {
        JsonNode note = JSON.readTree(in.readAllBytes());
        return note.hasNonNull("limit") && note.hasNonNull("seen")
            ? Optional.of(new Overload(note.get("limit").asText(), note.get("seen").asText()))
            : Optional.empty();
      }
    } catch (JsonProcessingException e) {
      LOG.debug("A note in {} is not whole", staging.location(), e);
    } catch (IOException | ErrataException e) {
      LOG.debug("Cannot look for notes in {}", staging.location(), e);
    }
    return Optional.empty();
  }
}
