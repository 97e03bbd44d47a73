package io.errata.state.table.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.state.table.TableColumn;
import java.math.BigDecimal;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTextTest {
  @Test
  void nothing_isNullAndQuotesAreTheEmptyText() {
    assertThat(CsvText.value(column("text"), null)).isNull();
    assertThat(CsvText.value(column("text"), "\"\"")).isEqualTo("");
    assertThat(CsvText.text(column("text"), null, null, ',')).isNull();
    assertThat(CsvText.text(column("text"), "", null, ',')).isEqualTo("\"\"");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "long, 007, 7",
        "long, -9223372036854775808, -9223372036854775808",
        "decimal, 7.0, 7.0",
        "decimal, 1e3, 1E+3",
        "decimal, .5, 0.5",
        "double, 1e-3, 0.001",
        "double, inf, Infinity",
        "boolean, true, true",
        "date, 2024-06-10, 2024-06-10",
        "timestamp, 2024-06-10 14:00:00+02:00, 2024-06-10T12:00:00Z",
        "timestamp, 2024-06-10T12:00:00.000001Z, 2024-06-10T12:00:00.000001Z",
        "uuid, 00112233-4455-6677-8899-AABBCCDDEEFF, 00112233-4455-6677-8899-aabbccddeeff",
        "text, 007, 007",
        "text, `\"a\"\"b\"`, `a\"b`",
        "decimal, `\"7\"`, 7"
      })
  void value_isWhatTheTextMeansInItsType(String type, String text, String value) {
    assertThat(CsvText.value(column(type), text)).hasToString(value);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "long, 7.0",
        "long, 9223372036854775808",
        "int, 2147483648",
        "long, ` 7`",
        "long, `\"\"`",
        "long, 1_000",
        "decimal, `1,5`",
        "decimal, NaN",
        "decimal, 1e999999",
        "decimal, 0x10",
        "double, 1e999",
        "double, 1d",
        "boolean, yes",
        "boolean, 1",
        "date, 10.06.2024",
        "timestamp, 2024-06-10T12:00:00",
        "uuid, 1-2-3-4-5",
        "bytes, 0"
      })
  void value_ofATextThatMeansNoneIsRefused(String type, String text) {
    assertThatThrownBy(() -> CsvText.value(column(type), text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("it ");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      nullValues = "null",
      value = {
        // The digits behind the point, and the quotes, stay as they were.
        "decimal, 8, 7.00, 8.00",
        "decimal, 8.5, 7.00, 8.50",
        "decimal, 8.125, 7.00, 8.125",
        "decimal, 8.500, 7, 8.5",
        "decimal, 8.50, null, 8.50",
        "decimal, 1E+3, null, 1000",
        "decimal, 0.000, 7.0, 0.0",
        "`decimal(12,2)`, 8.50, 7, 8.50",
        "decimal, 8, `\"7.0\"`, `\"8.0\"`"
      })
  void text_ofANumberIsWrittenAsTheOneBefore(
      String type, BigDecimal value, @Nullable String before, String text) {
    assertThat(CsvText.text(column(type), value, before, ',')).isEqualTo(text);
  }

  @Test
  void text_isQuotedWhereItHasTo() {
    TableColumn text = column("text");
    assertThat(CsvText.text(text, "a;b", null, ',')).isEqualTo("a;b");
    assertThat(CsvText.text(text, "a;b", null, ';')).isEqualTo("\"a;b\"");
    assertThat(CsvText.text(text, "a\"b", null, ',')).isEqualTo("\"a\"\"b\"");
    assertThat(CsvText.text(text, "a\rb", null, ',')).isEqualTo("\"a\rb\"");
    assertThat(CsvText.text(text, "ab", "\"x\"", ',')).isEqualTo("\"ab\"");
    assertThat(CsvText.text(column("timestamp"), Instant.EPOCH, null, ','))
        .isEqualTo("1970-01-01T00:00:00Z");
    // As JDK 19 and newer print it, on any.
    assertThat(CsvText.text(column("double"), 2e23, null, ',')).isEqualTo("2.0E23");
  }

  @Property
  void text_comesBackAsItWas(
      @ForAll @Chars({',', '"', '\n', '\r', '\t', ' ', '\uFEFF'}) @CharRange(from = 'a', to = 'd')
          String value) {
    String text = CsvText.text(column("text"), value, null, ',');
    assertThat(CsvText.value(column("text"), text)).isEqualTo(value);
  }

  @Test
  void types_thatAreNotThereNameTheNearest() {
    assertThatThrownBy(() -> CsvTypes.column("v", "decmial"))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.next()).isEqualTo("Did you mean decimal?"))
        .hasMessageContaining("Cannot use the type decmial");
    assertThatThrownBy(() -> CsvTypes.column("v", "decimal(2,3)"))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("decimal(2,3)");
  }

  private static TableColumn column(String type) {
    return CsvTypes.column("v", type);
  }
}
