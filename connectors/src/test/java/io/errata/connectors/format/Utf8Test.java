package io.errata.connectors.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.connectors.event.Unreadable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 15, 16, 17, 40})
  void isAscii_seesOneByteAboveWhereverItIs(int length) {
    byte[] bytes = new byte[length + 4];
    Arrays.fill(bytes, (byte) 0x7f);

    assertThat(Utf8.isAscii(bytes, 2, length)).isTrue();
    for (int at = 0; at < bytes.length; at++) {
      bytes[at] = (byte) 0x80;
      boolean within = at >= 2 && at < 2 + length;
      assertThat(Utf8.isAscii(bytes, 2, length)).as("at %d", at).isEqualTo(!within);
      bytes[at] = 0x7f;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "plain", "gr\u00fc\u00dfe", "\u20ac 12345678", "\ud83d\ude00 and more"})
  void decode_givesTheTextOfItsPart(String text) {
    byte[] encoded = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);

    assertThat(Utf8.decode(encoded, 1, encoded.length - 2)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x80, 0xc0, 0xed, 0xf5, 0xff})
  void decode_doesNotReplaceWhatIsNotUtf8(int wrong) {
    byte[] bytes = "0123456789".getBytes(StandardCharsets.US_ASCII);
    bytes[9] = (byte) wrong;

    assertThat(Utf8.decode(bytes, 0, bytes.length))
        .isEqualTo(new Unreadable("text that is not UTF-8"));
  }
}
