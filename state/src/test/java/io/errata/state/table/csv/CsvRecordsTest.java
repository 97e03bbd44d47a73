package io.errata.state.table.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CsvRecordsTest {
  @Property
  void pieces_makeUpTheFile(@ForAll("files") String text) throws IOException {
    byte[] file = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    List<String> lines = new ArrayList<>();
    try (CsvRecords records = records(file)) {
      while (records.next()) {
        assertThat(records.offset()).isEqualTo(copy.size());
        copy.write(records.separator());
        copy.write(records.content());
        lines.add(joined(records.texts()));
        assertThat(new String(records.content(), StandardCharsets.UTF_8))
            .isEqualTo(lines.get(lines.size() - 1));
      }
      copy.write(records.rest());
    } catch (ErrataException e) {
      // A quote where none may be: then nothing is understood, and nothing written.
      assertThat(e).hasMessageContaining("it is not CSV");
      return;
    }
    assertThat(copy.toByteArray()).isEqualTo(file);
  }

  private static String joined(List<@Nullable String> texts) {
    List<String> fields = new ArrayList<>();
    texts.forEach(text -> fields.add(text == null ? "" : text));
    return String.join(",", fields);
  }

  @Provide
  Arbitrary<String> files() {
    Arbitrary<String> piece =
        Arbitraries.of(
            ",",
            "\n",
            "\r\n",
            "\r",
            "\n\n",
            "a",
            "é",
            "😀",
            "\"\"",
            "\"a,b\"",
            "\"x\"\"y\"",
            "\"l1\nl2\"",
            " ",
            "\"",
            "7.0");
    return piece.list().ofMaxSize(40).map(pieces -> String.join("", pieces));
  }

  @Test
  void record_knowsItsLineAndWhatStandsBeforeIt() throws IOException {
    try (CsvRecords records =
        records("a,b\r\n\r\n1,\"x\ny\"\n2,\n".getBytes(StandardCharsets.UTF_8))) {
      assertThat(records.next()).isTrue();
      assertThat(records.line()).isEqualTo(1);
      assertThat(records.next()).isTrue();
      assertThat(records.line()).isEqualTo(3);
      assertThat(records.separator()).isEqualTo("\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      assertThat(records.texts()).containsExactly("1", "\"x\ny\"");
      assertThat(records.next()).isTrue();
      assertThat(records.line()).isEqualTo(5);
      assertThat(records.texts()).containsExactly("2", null);
      assertThat(records.next()).isFalse();
      assertThat(records.rest()).isEqualTo("\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void record_longerThanTheBufferIsReadWhole() throws IOException {
    String field = "x".repeat(300_000);
    try (CsvRecords records =
        records(("a,b\n1," + field + "\n2,y").getBytes(StandardCharsets.UTF_8))) {
      records.next();
      records.next();
      assertThat(records.texts()).containsExactly("1", field);
      records.next();
      assertThat(records.texts()).containsExactly("2", "y");
    }
  }

  @Test
  void record_thatIsNotUtf8NamesItsLine() throws IOException {
    byte[] latin = "a,b\n1,M\u00fcller\n".getBytes(StandardCharsets.ISO_8859_1);
    try (CsvRecords records = records(latin)) {
      records.next();
      records.next();
      assertThatThrownBy(records::texts)
          .isInstanceOf(ErrataException.class)
          .hasMessage("Cannot read t.csv: line 2 is not UTF-8");
    }
  }

  private static CsvRecords records(byte[] file) {
    return new CsvRecords(new ByteArrayInputStream(file), "t.csv", ',', 1, 0);
  }
}
