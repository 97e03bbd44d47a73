package io.errata.state.table.csv;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.state.digest.Digest;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.WriteCounts;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ledger beside a table: a file of JSON Lines that is only ever added to.
 *
 * <p>A write adds three things: its entry; a line for each row, with the digest of its key and of
 * what it is going to be; and, after the table's file was replaced, how it ended. The first two are
 * on the disk before the file is replaced, so that after a crash at any moment the file itself says
 * how the write has ended: it has the digest that the entry gives it, or the one from before.
 */
final class CsvLedger {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ENTRY = "ledger";
  private static final String OUTCOME = "outcome";
  private static final String COMMITTED = "committed";
  private static final String UNDONE = "undone";

  private final Path path;
  private final List<Write> writes = new ArrayList<>();
  private final Map<Long, String> outcomes = new HashMap<>();
  private final Map<Long, Long> rows = new HashMap<>();
  private long end;

  private CsvLedger(Path path) {
    this.path = path;
  }

  /**
   * A write as it was recorded before it was done.
   *
   * @param before the digest of the table's file
   * @param after the digest that the file is going to have
   * @param rows how many rows it writes
   */
  record Write(LedgerEntry entry, Digest before, Digest after, long rows) {}

  /**
   * Reads the ledger of a table; one that is not there is empty.
   *
   * @param table the table's real path
   */
  static CsvLedger read(Path table) throws IOException {
    CsvLedger ledger = new CsvLedger(CsvFiles.ledger(table));
    if (Files.exists(ledger.path)) {
      ledger.read();
    }
    return ledger;
  }

  private void read() throws IOException {
    long number = 0;
    try (Lines lines = new Lines(path)) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        number++;
        take(line, number);
        end = lines.end();
      }
    }
  }

  private void take(String text, long number) {
    try {
      JsonNode line = JSON.readTree(text);
      if (line.has(OUTCOME)) {
        outcomes.put(line.required(ENTRY).asLong(), line.required(OUTCOME).asText());
      } else if (line.has(ENTRY)) {
        rows.merge(line.required(ENTRY).asLong(), 1L, Long::sum);
      } else {
        writes.add(write(line));
      }
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      throw CsvErrors.invalid(
          "Cannot read the ledger " + path + ": line " + number + " is not one of its lines",
          "Bring back a copy of it, or move it away: a rollback then works by the plan alone.");
    }
  }

  private static Write write(JsonNode line) {
    LedgerEntry entry =
        new LedgerEntry(
            line.required("id").asLong(),
            line.required("plan").asText(),
            Action.valueOf(line.required("action").asText()),
            line.required("seal").asText(),
            line.required("table").asText(),
            line.required("worker").asText(),
            Instant.parse(line.required("window_from").asText()),
            Instant.parse(line.required("window_to").asText()),
            new WriteCounts(
                line.required("inserted").asLong(),
                line.required("updated").asLong(),
                line.required("deleted").asLong(),
                line.required("conflicts").asLong()),
            Instant.parse(line.required("written_at").asText()),
            line.required("written_by").asText());
    return new Write(
        entry,
        new Digest(line.required("before").asText()),
        new Digest(line.required("after").asText()),
        line.required("rows").asLong());
  }

  /** The newest write, where a crash left open how it has ended. */
  Optional<Write> open() {
    return writes.isEmpty()
        ? Optional.empty()
        : Optional.of(writes.get(writes.size() - 1))
            .filter(write -> !outcomes.containsKey(write.entry().id()));
  }

  /** Whether all rows of a write were recorded; otherwise the file was never replaced. */
  boolean isWhole(Write write) {
    return rows.getOrDefault(write.entry().id(), 0L) == write.rows();
  }

  /** Takes an outcome for granted that is not in the file. */
  void settle(Write write, boolean written) {
    outcomes.put(write.entry().id(), written ? COMMITTED : UNDONE);
  }

  /** What was written to a table, newest first. */
  List<LedgerEntry> history(String table) {
    List<LedgerEntry> history = new ArrayList<>();
    for (Write write : writes) {
      LedgerEntry entry = write.entry();
      if (entry.table().equals(table) && COMMITTED.equals(outcomes.get(entry.id()))) {
        history.add(0, entry);
      }
    }
    return history;
  }

  long nextId() {
    return writes.stream().mapToLong(write -> write.entry().id()).max().orElse(0) + 1;
  }

  /** The rows of a committed write, as {@link #rows(long)}; empty where some of them are lost. */
  Optional<Map<Digest, Optional<Digest>>> rowsOf(LedgerEntry entry) throws IOException {
    for (Write write : writes) {
      if (write.entry().equals(entry) && isWhole(write)) {
        return Optional.of(rows(entry.id()));
      }
    }
    return Optional.empty();
  }

  /**
   * The rows of a write: for each digest of a key, the digest of the row as it was written, or
   * empty where it was deleted.
   */
  Map<Digest, Optional<Digest>> rows(long id) throws IOException {
    Map<Digest, Optional<Digest>> found = new LinkedHashMap<>();
    try (Lines lines = new Lines(path)) {
      for (String text = lines.next(); text != null; text = lines.next()) {
        JsonNode line = JSON.readTree(text);
        if (line.has("key") && line.path(ENTRY).asLong() == id) {
          JsonNode after = line.path("after");
          found.put(
              new Digest(line.path("key").asText()),
              after.isTextual() ? Optional.of(new Digest(after.asText())) : Optional.empty());
        }
      }
    }
    return found;
  }

  /**
   * Records a write that is about to be done, and forces it to the disk.
   *
   * @param half called when the entry is written and its rows aren't
   */
  void begin(Write write, Map<Digest, Optional<Digest>> written, Runnable half) throws IOException {
    LedgerEntry entry = write.entry();
    ObjectNode line = JSON.createObjectNode();
    line.put("id", entry.id());
    line.put("plan", entry.plan());
    line.put("action", entry.action().name());
    line.put("seal", entry.seal());
    line.put("table", entry.table());
    line.put("worker", entry.worker());
    line.put("window_from", entry.from().toString());
    line.put("window_to", entry.to().toString());
    line.put("inserted", entry.counts().inserted());
    line.put("updated", entry.counts().updated());
    line.put("deleted", entry.counts().deleted());
    line.put("conflicts", entry.counts().conflicts());
    line.put("written_at", entry.writtenAt().toString());
    line.put("written_by", entry.writtenBy());
    line.put("before", write.before().hex());
    line.put("after", write.after().hex());
    line.put("rows", write.rows());
    try (FileChannel channel = openAtEnd()) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
      out.write(bytes(line));
      out.flush();
      half.run();
      for (Map.Entry<Digest, Optional<Digest>> row : written.entrySet()) {
        ObjectNode node = JSON.createObjectNode();
        node.put(ENTRY, entry.id());
        node.put("key", row.getKey().hex());
        node.put("after", row.getValue().map(Digest::hex).orElse(null));
        out.write(bytes(node));
      }
      out.flush();
      channel.force(true);
      end = channel.position();
    }
    writes.add(write);
    rows.put(entry.id(), write.rows());
  }

  /** Records how a write has ended. */
  void end(Write write, boolean committed) throws IOException {
    settle(write, committed);
    ObjectNode line = JSON.createObjectNode();
    line.put(ENTRY, write.entry().id());
    line.put(OUTCOME, outcomes.get(write.entry().id()));
    try (FileChannel channel = openAtEnd()) {
      ByteBuffer bytes = ByteBuffer.wrap(bytes(line));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
      end = channel.position();
    }
  }

  /** Behind the last whole line: what a crash has left of another is overwritten. */
  private FileChannel openAtEnd() throws IOException {
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    try {
      channel.truncate(end);
      channel.position(end);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static byte[] bytes(ObjectNode line) throws IOException {
    return (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** The whole lines of the file; one that a crash has cut off is none. */
  private static final class Lines implements AutoCloseable {
    private static final int LONGEST = 1 << 20;

    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long end;

    Lines(Path path) throws IOException {
      this.in = new BufferedInputStream(Files.newInputStream(path));
    }

    @Nullable String next() throws IOException {
      line.reset();
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b == '\n') {
          end += line.size() + 1;
          return line.toString(StandardCharsets.UTF_8);
        }
        line.write(b);
        if (line.size() > LONGEST) {
          // No line of a ledger is as long; whoever reads it says so.
          return line.toString(StandardCharsets.UTF_8);
        }
      }
      return null;
    }

    /** Behind the last line that was given. */
    long end() {
      return end;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
