package io.errata.connectors.archive;

import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.Unreadable;
import io.errata.fuzz.Budget;
import io.errata.fuzz.Declared;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Any bytes as CSV: the rows are those that a slow reading of RFC 4180 finds. */
public final class CsvFuzz {
  private static final FuzzedFile FILE = new FuzzedFile(Format.CSV, "a.csv");

  private CsvFuzz() {}

  public static void read(byte[] data) throws Exception {
    Budget.spend(() -> run(data));
  }

  private static void run(byte[] data) throws Exception {
    Optional<FuzzedFile.Content> content = FILE.read(data);
    if (content.isEmpty()) {
      return;
    }
    content.get().requireClearGaps();
    Reference reference = new Reference(data);
    reference.read();
    if (content.get().receipts().isEmpty()) {
      return;
    }
    Declared.same("Whether it is whole", !reference.broken, content.get().isWhole());
    List<String> header = reference.rows.isEmpty() ? List.of() : reference.names();
    if (!reference.rows.isEmpty()) {
      Declared.same("Its rows", reference.rows.size() - 1L, content.get().read());
    }
    int note = header.indexOf("note");
    for (EventRecord event : content.get().events()) {
      List<@Nullable Object> row = reference.rows.get((int) event.position().offset() + 1);
      if (row.size() == header.size()) {
        @Nullable Object expected = row.get(note);
        @Nullable Object found = event.payload(0);
        boolean same =
            expected instanceof Unreadable
                ? found instanceof Unreadable
                : java.util.Objects.equals(expected, found);
        if (!same) {
          throw new AssertionError("A field: " + expected + " and " + found);
        }
      } else if (event.rejection().isEmpty()) {
        throw new AssertionError("A row of " + row.size() + " fields is not rejected");
      }
    }
  }

  /** One byte after another; a line with nothing on it is no row. */
  private static final class Reference {
    private final byte[] bytes;
    private final List<List<@Nullable Object>> rows = new ArrayList<>();
    private boolean broken;
    private int at;

    Reference(byte[] bytes) {
      this.bytes = bytes;
      boolean mark =
          bytes.length > 2
              && bytes[0] == (byte) 0xEF
              && bytes[1] == (byte) 0xBB
              && bytes[2] == (byte) 0xBF;
      at = mark ? 3 : 0;
    }

    List<String> names() {
      return rows.get(0).stream().map(v -> v instanceof String name ? name : "").toList();
    }

    void read() {
      while (at < bytes.length && !broken) {
        if (isLineEnd()) {
          at++;
          continue;
        }
        List<@Nullable Object> row = row();
        if (!broken) {
          rows.add(row);
        }
      }
    }

    private boolean isLineEnd() {
      return bytes[at] == '\n' || bytes[at] == '\r';
    }

    private List<@Nullable Object> row() {
      List<@Nullable Object> fields = new ArrayList<>();
      while (true) {
        fields.add(field());
        if (broken || at == bytes.length) {
          return fields;
        }
        if (isLineEnd()) {
          at++;
          return fields;
        }
        at++; // the comma
      }
    }

    private @Nullable Object field() {
      if (at < bytes.length && bytes[at] == '"') {
        return quoted();
      }
      int start = at;
      while (at < bytes.length && bytes[at] != ',' && !isLineEnd()) {
        at++;
      }
      byte[] plain = java.util.Arrays.copyOfRange(bytes, start, at);
      return plain.length == 0 ? null : text(plain);
    }

    private @Nullable Object quoted() {
      java.io.ByteArrayOutputStream plain = new java.io.ByteArrayOutputStream();
      for (at++; at < bytes.length; at++) {
        if (bytes[at] != '"') {
          plain.write(bytes[at]);
        } else if (at + 1 < bytes.length && bytes[at + 1] == '"') {
          plain.write('"');
          at++;
        } else {
          at++;
          broken = at < bytes.length && bytes[at] != ',' && !isLineEnd();
          return text(plain.toByteArray());
        }
      }
      broken = true;
      return null;
    }

    private static Object text(byte[] bytes) {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (CharacterCodingException e) {
        return new Unreadable("not UTF-8");
      }
    }
  }
}
