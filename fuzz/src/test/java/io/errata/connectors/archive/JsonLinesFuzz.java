package io.errata.connectors.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.format.Utf8;
import io.errata.fuzz.Budget;
import io.errata.fuzz.Declared;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Any bytes as JSON Lines: each line is an event or rejected, texts are those that a tree of the
 * line has, and it doesn't matter where the file is cut into splits.
 */
public final class JsonLinesFuzz {
  private static final FuzzedFile FILE = new FuzzedFile(Format.JSONL, "a.jsonl");
  private static final JsonMapper TREES =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private JsonLinesFuzz() {}

  public static void read(byte[] data) throws Exception {
    Budget.spend(() -> run(data));
  }

  private static void run(byte[] data) throws Exception {
    Optional<FuzzedFile.Content> content = FILE.read(data);
    if (content.isEmpty() || content.get().receipts().isEmpty()) {
      return;
    }
    content.get().requireClearGaps();
    if (!content.get().isWhole()) {
      throw new AssertionError("A plain text file has a gap: " + content.get().gaps());
    }
    // At most 40 splits, as each opens the file.
    int split = Math.max(1 + data.length / 40, 1 + (data[0] & 0x3F));
    FuzzedFile.Content cut = FILE.readBy(new JsonLinesFormat(split));
    Declared.same("Cut after " + split + " bytes", content.get().lines(), cut.lines());
    Declared.same("Rows, cut", content.get().read(), cut.read());
    compare(data, content.get());
  }

  private static void compare(byte[] data, FuzzedFile.Content content) {
    Map<Long, EventRecord> events = new TreeMap<>();
    content.events().forEach(event -> events.put(event.position().offset(), event));
    long rows = 0;
    for (int start = 0, end; start < data.length; start = end + 1) {
      end = start;
      while (end < data.length && data[end] != '\n') {
        end++;
      }
      byte[] line = Arrays.copyOfRange(data, start, end);
      if (line.length > 0 && line[line.length - 1] == '\r') {
        line = Arrays.copyOf(line, line.length - 1);
      }
      if (start == 0
          && line.length > 2
          && line[0] == (byte) 0xEF
          && line[1] == (byte) 0xBB
          && line[2] == (byte) 0xBF) {
        line = Arrays.copyOfRange(line, 3, line.length);
      }
      boolean blank = true;
      for (byte b : line) {
        blank &= b == ' ' || b == '\t';
      }
      if (!blank) {
        rows++;
        compare(line, Optional.ofNullable(events.get((long) start)));
      }
    }
    Declared.same("Its rows", rows, content.read());
  }

  private static void compare(byte[] line, Optional<EventRecord> event) {
    Optional<JsonNode> tree = tree(line);
    boolean undecoded =
        event
            .flatMap(EventRecord::rejection)
            .filter(r -> r.startsWith("Cannot decode"))
            .isPresent();
    if (tree.isEmpty()) {
      if (!undecoded) {
        throw new AssertionError("A line that is no JSON object is not rejected");
      }
      return;
    }
    if (event.isPresent() && !undecoded) {
      JsonNode note = tree.get().path("note");
      if (note.isTextual()) {
        if (event.get().rejection().isEmpty()) {
          Declared.same("A text", note.textValue(), String.valueOf(event.get().payload(0)));
        }
      } else if ((note.isNull() || note.isMissingNode()) && event.get().payload(0) != null) {
        throw new AssertionError("A text from nothing");
      }
    }
  }

  private static Optional<JsonNode> tree(byte[] line) {
    if (!(Utf8.decode(line, 0, line.length) instanceof String text)) {
      return Optional.empty();
    }
    try {
      return Optional.of(TREES.readTree(text)).filter(JsonNode::isObject);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
