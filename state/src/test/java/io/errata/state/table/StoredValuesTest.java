package io.errata.state.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StoredValuesTest {
  @Test
  void numbers_areBroughtToTheColumnsTypeOrRefused() {
    assertThat(column(Storage.INT64, 0, 0, 0).conform(7)).isEqualTo(7L);
    assertThat(column(Storage.INT16, 0, 0, 0).conform(-32768L)).isEqualTo(-32768);
    assertThat(column(Storage.INT64, 0, 0, 0).conform(new BigDecimal("7.00"))).isEqualTo(7L);
    assertThat(column(Storage.DECIMAL, 0, 0, 0).conform(7L)).isEqualTo(BigDecimal.valueOf(7));
    assertThat(column(Storage.DECIMAL, 4, 2, 0).conform(new BigDecimal("-1.005")))
        .isEqualTo(new BigDecimal("-1.01"));
    assertThat(column(Storage.FLOAT32, 0, 0, 0).conform(0.1)).isEqualTo((double) 0.1f);
    assertRefused(column(Storage.INT16, 0, 0, 0), 32768L, "out of the column's range");
    assertRefused(column(Storage.INT64, 0, 0, 0), new BigDecimal("7.5"), "not a whole number");
    assertRefused(column(Storage.DECIMAL, 4, 2, 0), new BigDecimal("99.995"), "more digits");
    assertRefused(column(Storage.FLOAT32, 0, 0, 0), 1e300, "out of the column's range");
    assertRefused(column(Storage.DECIMAL, 0, 0, 0), 0.1, "a Double can't be stored");
  }

  /** Each in no time and no memory, although their plain notation would fill both. */
  @Test
  void numbersBeyondWhatATableHolds_areRefused() {
    BigDecimal large = new BigDecimal("1E+999999999");
    BigDecimal small = new BigDecimal("1E-999999999");
    assertRefused(column(Storage.DECIMAL, 0, 0, 0), large, "more digits");
    assertRefused(column(Storage.DECIMAL, 38, 2, 0), large.negate(), "more digits");
    assertRefused(column(Storage.DECIMAL, 0, 0, 0), small, "more digits");
    assertRefused(column(Storage.INT64, 0, 0, 0), large, "not a whole number");
    assertRefused(column(Storage.FLOAT64, 0, 0, 0), large, "out of the column's range");
    assertThat(column(Storage.DECIMAL, 38, 2, 0).conform(small)).isEqualTo(new BigDecimal("0.00"));
    assertThat(column(Storage.DECIMAL, 38, 2, 0).conform(new BigDecimal("0.005")))
        .isEqualTo(new BigDecimal("0.01"));
    assertThat(column(Storage.DECIMAL, 38, 2, 0).conform(new BigDecimal("0.004999")))
        .isEqualTo(new BigDecimal("0.00"));
    assertThat(column(Storage.DECIMAL, 5, -2, 0).conform(new BigDecimal("49")))
        .isEqualTo(new BigDecimal("0E+2"));
    assertThat(column(Storage.DECIMAL, 5, -2, 0).conform(new BigDecimal("50")))
        .isEqualTo(new BigDecimal("1E+2"));
    BigDecimal digits = new BigDecimal("9".repeat(131_072));
    assertThat(column(Storage.DECIMAL, 0, 0, 0).conform(digits)).isEqualTo(digits);
    assertRefused(column(Storage.DECIMAL, 0, 0, 0), digits.add(BigDecimal.ONE), "more digits");
  }

  @Test
  void texts_areMeasuredInCharactersAndNeverCut() {
    assertThat(column(Storage.TEXT, 0, 0, 2).conform("😀é")).isEqualTo("😀é");
    assertThat(column(Storage.PADDED_TEXT, 0, 0, 4).conform("ab   ")).isEqualTo("ab");
    assertRefused(column(Storage.TEXT, 0, 0, 2), "abc", "longer than the column");
    assertRefused(column(Storage.TEXT, 0, 0, 0), "a\0", "NUL");
    assertRefused(column(Storage.TEXT, 0, 0, 0), "a\uD83D", "unpaired surrogate");
    assertRefused(column(Storage.TEXT, 0, 0, 0), "\uDE00\uD83D", "unpaired surrogate");
  }

  @Test
  void times_areKeptInMicrosecondsOrLess() {
    assertThat(
            column(Storage.TIMESTAMP, 0, 0, 0)
                .conform(Instant.parse("1969-12-31T23:59:59.999999999Z")))
        .isEqualTo(Instant.parse("1969-12-31T23:59:59.999999Z"));
    assertThat(
            column(Storage.TIMESTAMP, 6, 0, 0)
                .conform(Instant.parse("1999-12-31T23:59:59.500000Z")))
        .isEqualTo(Instant.parse("1999-12-31T23:59:59Z"));
  }

  @Test
  void timesAndDays_areThoseThatATableHolds() {
    Instant last = Instant.parse("+294276-12-31T23:59:59.999999Z");
    Instant first = Instant.parse("-4713-11-24T00:00:00Z");
    for (Storage storage : new Storage[] {Storage.TIMESTAMP, Storage.LOCAL_TIMESTAMP}) {
      assertThat(column(storage, 0, 0, 0).conform(last)).isEqualTo(last);
      assertThat(column(storage, 0, 0, 0).conform(first)).isEqualTo(first);
      assertRefused(column(storage, 0, 0, 0), last.plusNanos(1000), "out of the column's range");
      assertRefused(column(storage, 0, 0, 0), first.minusNanos(1), "out of the column's range");
      assertRefused(column(storage, 6, 0, 0), last, "out of the column's range");
      assertRefused(column(storage, 6, 3, 0), Instant.MAX, "out of the column's range");
    }
    TableColumn day = column(Storage.DATE, 0, 0, 0);
    assertThat(day.conform(LocalDate.of(5_874_897, 12, 31))).isNotNull();
    assertThat(day.conform(LocalDate.of(-4713, 11, 24))).isNotNull();
    assertRefused(day, LocalDate.of(5_874_898, 1, 1), "out of the column's range");
    assertRefused(day, LocalDate.of(-4713, 11, 23), "out of the column's range");
  }

  @Test
  void null_isRefusedWhereTheColumnIsFilled() {
    TableColumn filled = new TableColumn("k", Storage.TEXT, "text", 0, 0, 0, false, Origin.WRITTEN);
    assertRefused(filled, null, "it is null");
  }

  @Test
  void types_areAcceptedWhereNothingIsGuessed() {
    assertThat(column(Storage.INT32, 0, 0, 0).accepts(ColumnType.LONG)).isTrue();
    assertThat(column(Storage.DECIMAL, 0, 0, 0).accepts(ColumnType.DOUBLE)).isFalse();
    assertThat(column(Storage.OTHER, 0, 0, 0).accepts(ColumnType.TEXT)).isFalse();
  }

  private static void assertRefused(TableColumn column, @Nullable Object value, String reason) {
    assertThatThrownBy(() -> column.conform(value))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("Cannot store a computed value in column " + column.name())
        .hasMessageContaining(reason);
  }

  private static TableColumn column(Storage storage, int precision, int scale, int length) {
    return new TableColumn("c", storage, "sql", precision, scale, length, true, Origin.WRITTEN);
  }
}
