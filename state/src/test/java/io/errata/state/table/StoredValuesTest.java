package io.errata.state.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import java.math.BigDecimal;
import java.time.Instant;
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

  @Test
  void texts_areMeasuredInCharactersAndNeverCut() {
    assertThat(column(Storage.TEXT, 0, 0, 2).conform("😀é")).isEqualTo("😀é");
    assertThat(column(Storage.PADDED_TEXT, 0, 0, 4).conform("ab   ")).isEqualTo("ab");
    assertRefused(column(Storage.TEXT, 0, 0, 2), "abc", "longer than the column");
    assertRefused(column(Storage.TEXT, 0, 0, 0), "a\0", "NUL");
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
