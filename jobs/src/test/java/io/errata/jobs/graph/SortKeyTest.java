package io.errata.jobs.graph;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortKeyTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "e1", "user-000001", "caf\u00e9", "\u65e5\u672c", "a\ud83d\ude00b"})
  void bytes_haveTheNumberOfTheirText(String text) {
    byte[] bytes = ("[" + text + "]").getBytes(UTF_8);
    assertThat(SortKey.ofUtf8(bytes, 1, bytes.length - 2)).isEqualTo(SortKey.of(text));
  }
}
