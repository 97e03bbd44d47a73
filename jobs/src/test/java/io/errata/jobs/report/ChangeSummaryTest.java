package io.errata.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionCounts;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChangeSummaryTest {
  @Test
  void largest_areThoseOfTheLargestAbsoluteChange_insertsAndDeletesCountedFromNothing() {
    Correction small =
        SamplePlan.update(SamplePlan.row("a", "10", 1L, "x"), SamplePlan.row("a", "9", 1L, "x"));
    Correction lowered =
        SamplePlan.update(SamplePlan.row("b", "10", 1L, "x"), SamplePlan.row("b", "-90", 1L, "x"));
    Correction inserted = SamplePlan.insert(SamplePlan.row("c", "50", 1L, "x"));
    Correction deleted = SamplePlan.delete(SamplePlan.row("d", "-70", 1L, "x"));

    ChangeSummary summary = summary(List.of(small, lowered, inserted, deleted), 3);

    assertThat(summary.largest())
        .extracting(RankedCorrection::correction)
        .containsExactly(lowered, deleted, inserted);
    assertThat(summary.largest())
        .extracting(RankedCorrection::size)
        .containsExactly(100.0, 70.0, 50.0);
    assertThat(summary.counts()).isEqualTo(new CorrectionCounts(1, 2, 1));
  }

  @Test
  void largest_ofOneSize_areInTheOrderOfTheirKeys_howeverTheyAreRead() {
    List<Correction> corrections = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String user = String.format(java.util.Locale.ROOT, "user-%03d", i);
      corrections.add(SamplePlan.insert(SamplePlan.row(user, "7", 1L, null)));
    }
    List<RankedCorrection> expected = summary(corrections, 10).largest();
    assertThat(expected)
        .extracting(r -> r.correction().key(List.of("user_id")).value(0))
        .first()
        .isEqualTo("user-000");
    for (int seed = 0; seed < 5; seed++) {
      Collections.shuffle(corrections, new Random(seed));
      assertThat(summary(corrections, 10).largest()).isEqualTo(expected);
    }
  }

  @Test
  void columns_tellHowManyValuesChangeAndByHowMuch() {
    List<Correction> corrections =
        List.of(
            SamplePlan.update(
                SamplePlan.row("a", "10.00", 1L, "x"), SamplePlan.row("a", "10.0", 3L, "y")),
            SamplePlan.update(
                SamplePlan.row("b", "1000", 5L, "x"), SamplePlan.row("b", "500", 5L, "x")));
    ColumnChange total = summary(corrections, 0).columns().get(0);
    ColumnChange events = summary(corrections, 0).columns().get(1);
    ColumnChange checksum = summary(corrections, 0).columns().get(2);

    assertThat(total.changed()).isEqualTo(1);
    assertThat(total.lowered()).isEqualTo(1);
    assertThat(total.distribution()).isEqualTo(Map.of(ColumnChange.bucket(-500), 1L));
    assertThat(events.raised()).isEqualTo(1);
    assertThat(checksum.numeric()).isFalse();
    assertThat(checksum.changed()).isEqualTo(1);
    assertThat(checksum.distribution()).isEmpty();
  }

  @Test
  void change_ofNumbersThatDoublesCannotTellApart_isExact() {
    assertThat(ChangeSummary.change(Long.MAX_VALUE - 1, Long.MAX_VALUE)).isEqualTo(1);
    assertThat(ChangeSummary.change(Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(0x1p64);
    assertThat(
            ChangeSummary.change(
                new BigDecimal("1e30"), new BigDecimal("1e30").add(BigDecimal.ONE)))
        .isEqualTo(1);
    assertThat(ChangeSummary.change(null, 5)).isEqualTo(5);
  }

  @Test
  void change_whereOneSideIsNoNumber_isInfinite() {
    assertThat(ChangeSummary.change(Double.NaN, 1.0)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(ChangeSummary.change(1.0, Double.NEGATIVE_INFINITY))
        .isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(ChangeSummary.change(Double.NaN, Double.NaN)).isZero();
  }

  @Test
  void bucket_isThePowerOfTenOfTheChange() {
    assertThat(ColumnChange.label(ColumnChange.bucket(-500))).isEqualTo("−100 to −1,000");
    assertThat(ColumnChange.label(ColumnChange.bucket(1000))).isEqualTo("+1,000 to +10,000");
    assertThat(ColumnChange.label(ColumnChange.bucket(0.02))).isEqualTo("+0.01 to +0.1");
    assertThat(ColumnChange.label(ColumnChange.bucket(Double.POSITIVE_INFINITY)))
        .isEqualTo("+1,000,000,000 and more");
    assertThat(ColumnChange.label(ColumnChange.bucket(1e-20))).isEqualTo("+below 0.001");
  }

  private static ChangeSummary summary(List<Correction> corrections, int limit) {
    return ChangeSummary.of(SamplePlan.source(corrections), SamplePlan.TABLE, limit);
  }
}
