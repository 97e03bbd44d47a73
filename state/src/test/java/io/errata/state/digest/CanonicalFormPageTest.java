package io.errata.state.digest;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code docs/canonical-form.md} shows is what the golden file has. */
class CanonicalFormPageTest {
  @Test
  void vectors_ofThePage_areThoseOfTheGoldenFile() throws IOException {
    List<String> shown =
        Files.readAllLines(Path.of("../docs/canonical-form.md")).stream()
            .filter(line -> line.startsWith("{\"type\""))
            .toList();
    assertThat(CanonicalFormVectors.lines()).containsAll(shown);
    for (ColumnType type : ColumnType.values()) {
      assertThat(shown).anyMatch(line -> line.startsWith("{\"type\": \"" + type + "\""));
    }
    for (String type : Arrays.asList("ROW", "IMAGE", "SET")) {
      assertThat(shown).anyMatch(line -> line.startsWith("{\"type\": \"" + type + "\""));
    }
  }
}
