package io.errata.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.spec.LimitsSpec.Amount;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsSpecTest {
  @ParameterizedTest
  @CsvSource({"0,1", "1,1", "7,1000", "9007199254740992,1"})
  void numberOfRows_isExceededByOneMore(long allowed, long live) {
    Amount amount = new Amount(allowed, Amount.Unit.ROWS);
    assertThat(amount.exceededBy(allowed, live)).isFalse();
    assertThat(amount.exceededBy(allowed + 1, live)).isTrue();
  }

  /**
   * Each share of hundredths of a percent that comes to whole rows, where doubles are a little off.
   */
  @Test
  void percentage_isExceededByOneMore() {
    for (int hundredths = 0; hundredths <= 10_000; hundredths++) {
      BigDecimal percent = BigDecimal.valueOf(hundredths, 2);
      Amount amount = new Amount(Double.parseDouble(percent.toString()), Amount.Unit.PERCENT);
      for (long live : new long[] {10_000, 30_000, 10_000_000_000L}) {
        long rows = live / 10_000 * hundredths;
        assertThat(amount.exceededBy(rows, live)).as("%s of %s", amount, live).isFalse();
        assertThat(amount.exceededBy(rows + 1, live)).as("%s of %s", amount, live).isTrue();
      }
    }
  }

  @Test
  void percentageOfNoRows_allowsNone() {
    Amount all = new Amount(100, Amount.Unit.PERCENT);
    assertThat(all.exceededBy(0, 0)).isFalse();
    assertThat(all.exceededBy(1, 0)).isTrue();
  }
}
