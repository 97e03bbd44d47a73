package io.errata.connectors.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.Unreadable;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConversionTest {
  private static void assertUnreadable(Object value, ColumnType wanted) {
    assertThat(Conversion.convert(value, wanted))
        .as(value + " as " + wanted)
        .isInstanceOf(Unreadable.class);
  }

  @Test
  void number_isWidenedExactlyOrNotAtAll() {
    assertThat(Conversion.convert(7, ColumnType.LONG)).isEqualTo(7L);
    assertThat(Conversion.convert(7L, ColumnType.DECIMAL)).isEqualTo(new BigDecimal(7));
    assertThat(Conversion.convert(1L << 53, ColumnType.DOUBLE)).isEqualTo(9007199254740992.0);
    assertThat(Conversion.convert(new BigDecimal("5.0"), ColumnType.INT)).isEqualTo(5);
    assertUnreadable((1L << 53) + 1, ColumnType.DOUBLE);
    assertUnreadable(1L << 40, ColumnType.INT);
    assertUnreadable(new BigDecimal("5.5"), ColumnType.LONG);
    assertUnreadable(new BigDecimal("1e2000000000"), ColumnType.LONG);
    assertUnreadable(1.0, ColumnType.DECIMAL);
    assertUnreadable(1, ColumnType.TEXT);
  }

  @Test
  void decimal_ofBytesHasNoMoreDigitsThanAColumnCan() {
    assertThat(Conversion.decimal(new byte[] {-1, 56}, 2)).isEqualTo(new BigDecimal("-2.00"));
    assertThat(Conversion.decimal(-200, 2)).isEqualTo(new BigDecimal("-2.00"));
    assertThat(Conversion.decimal(1, 1_000)).isEqualTo(new BigDecimal("1e-1000"));
    for (Object tooLong :
        new Object[] {
          Conversion.decimal(new byte[100_000], 2),
          Conversion.decimal(new byte[] {1}, Integer.MAX_VALUE),
          Conversion.decimal(new byte[] {1}, Integer.MIN_VALUE),
          Conversion.decimal(1, Integer.MAX_VALUE),
          Conversion.decimal(1, Integer.MIN_VALUE),
        }) {
      assertThat(tooLong).isEqualTo(new Unreadable("a decimal with too many digits"));
    }
    assertThat(Conversion.decimal(new byte[0], 2))
        .isEqualTo(new Unreadable("a decimal of no bytes"));
  }

  @Test
  void text_isParsedStrictly() {
    assertThat(Conversion.convert("-12", ColumnType.INT)).isEqualTo(-12);
    assertThat(Conversion.convert("1.50", ColumnType.DECIMAL)).isEqualTo(new BigDecimal("1.50"));
    assertThat(Conversion.convert("-0", ColumnType.DOUBLE)).isEqualTo(-0.0);
    assertThat(Conversion.convert("NaN", ColumnType.DOUBLE)).isEqualTo(Double.NaN);
    assertThat(Conversion.convert("true", ColumnType.BOOLEAN)).isEqualTo(true);
    assertThat(Conversion.convert("2024-02-29", ColumnType.DATE))
        .isEqualTo(LocalDate.of(2024, 2, 29));
    UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    assertThat(Conversion.convert(uuid.toString(), ColumnType.UUID)).isEqualTo(uuid);
    for (String wrong :
        new String[] {
          "", " 1", "1 ", "1_0", "0x1", "1d", "١", "1,5", "--1", "+", "1e", "1e9999999999"
        }) {
      assertUnreadable(wrong, ColumnType.INT);
      assertUnreadable(wrong, ColumnType.DECIMAL);
      assertUnreadable(wrong, ColumnType.DOUBLE);
    }
    assertUnreadable("9".repeat(200_000), ColumnType.DECIMAL);
    assertUnreadable("1e999999999", ColumnType.DECIMAL);
    assertUnreadable("1e999", ColumnType.DOUBLE);
    assertUnreadable("TRUE", ColumnType.BOOLEAN);
    assertUnreadable("1", ColumnType.BOOLEAN);
    assertUnreadable("2023-02-29", ColumnType.DATE);
    assertUnreadable("1-1-1-1-1", ColumnType.UUID);
    assertUnreadable("ff", ColumnType.BYTES);
  }

  @ParameterizedTest
  @CsvSource({
    "2024-06-10T12:00:00Z, 2024-06-10T12:00:00Z",
    "2024-06-10 12:00:00.5+02:00, 2024-06-10T10:00:00.5Z",
    "2024-06-10T12:00-0330, 2024-06-10T15:30:00Z",
    "2024-06-10T12:00:00.123456789+00, 2024-06-10T12:00:00.123456789Z",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z"
  })
  void time_inTextHasAZone(String text, String expected) {
    assertThat(Conversion.time(text, TimeUnit.MILLIS)).isEqualTo(Instant.parse(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2024-06-10T12:00:00",
        "2024-06-10",
        "2024-06-10T24:00:00Z",
        "2024-06-10T12:00:60Z",
        "2024-02-30T12:00:00Z",
        "2024-06-10T12:00:00.Z",
        "2024-06-10T12:00:00.1234567890Z",
        "2024-06-10T12:00:00Zx",
        "2024-06-10T12:00:00+25:00",
        "10/06/2024 12:00Z",
        "99999999999999999999",
        ""
      })
  void time_inTextThatIsNoneIsUnreadable(String text) {
    assertThat(Conversion.time(text, TimeUnit.MILLIS)).isInstanceOf(Unreadable.class);
  }

  @ParameterizedTest
  @CsvSource({
    "2024-06-10 12:00:00.25, UTC, 2024-06-10T12:00:00.25Z",
    "2024-06-10T12:00, Europe/Zurich, 2024-06-10T10:00:00Z",
    "2024-01-10T12:00:00, Europe/Zurich, 2024-01-10T11:00:00Z",
    "2024-06-10T12:00:00+09:00, Europe/Zurich, 2024-06-10T03:00:00Z",
    "2024-10-27T03:00:00, Europe/Zurich, 2024-10-27T02:00:00Z",
    "2024-10-27T02:30:00, +02:00, 2024-10-27T00:30:00Z"
  })
  void time_withoutAZoneIsOfTheOneThatIsGiven(String text, String zone, String expected) {
    Instant time = Instant.parse(expected);
    assertThat(Conversion.time(text, TimeUnit.MILLIS, ZoneId.of(zone))).isEqualTo(time);
    assertThat(Conversion.convert(text, ColumnType.TIMESTAMP, ZoneId.of(zone))).isEqualTo(time);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2024-10-27T02:30:00", "2024-03-31 02:00", "2024-02-30T12:00:00", ""})
  void time_thatClocksShowTwiceOrNeverIsUnreadable(String text) {
    ZoneId zone = ZoneId.of("Europe/Zurich");
    assertThat(Conversion.time(text, TimeUnit.MILLIS, zone)).isInstanceOf(Unreadable.class);
    assertThat(Conversion.convert(text, ColumnType.TIMESTAMP, zone)).isInstanceOf(Unreadable.class);
  }

  @Test
  void time_inNumbersCountsItsUnit() {
    Instant time = Instant.parse("1969-12-31T23:59:59.999Z");
    assertThat(Conversion.time(-1L, TimeUnit.MILLIS)).isEqualTo(time);
    assertThat(Conversion.time("-1", TimeUnit.MILLIS)).isEqualTo(time);
    assertThat(Conversion.time(-1_000, TimeUnit.MICROS)).isEqualTo(time);
    assertThat(Conversion.time(-1_000_000L, TimeUnit.NANOS)).isEqualTo(time);
    assertThat(Conversion.time(new BigDecimal("1e3"), TimeUnit.SECONDS))
        .isEqualTo(Instant.ofEpochSecond(1_000));
    assertThat(Conversion.time(new BigDecimal("0.5"), TimeUnit.SECONDS))
        .isInstanceOf(Unreadable.class);
    assertThat(Conversion.time(Long.MAX_VALUE, TimeUnit.SECONDS)).isInstanceOf(Unreadable.class);
    assertThat(Conversion.time(LocalDate.EPOCH, TimeUnit.SECONDS)).isInstanceOf(Unreadable.class);
  }

  @Test
  void id_isTheSameTextForTheSameValue() {
    assertThat(Conversion.text(7L)).isEqualTo("7");
    assertThat(Conversion.text(7)).isEqualTo("7");
    assertThat(Conversion.text(new BigDecimal("7.00"))).isEqualTo("7");
    assertThat(Conversion.text(new BigDecimal("7e2"))).isEqualTo("700");
    assertThat(Conversion.text("007")).isEqualTo("007");
    assertThat(Conversion.text(Bytes.ofHex("00ff"))).isEqualTo("00ff");
    assertThat(Conversion.text(7.0)).isInstanceOf(Unreadable.class);
    assertThat(Conversion.text(null)).isNull();
  }

  @Test
  void reason_neverHoldsTheValue() {
    for (ColumnType type : ColumnType.values()) {
      if (Conversion.convert("s3cret", type) instanceof Unreadable unreadable) {
        assertThat(unreadable.reason()).doesNotContain("s3cret");
      }
    }
  }
}
