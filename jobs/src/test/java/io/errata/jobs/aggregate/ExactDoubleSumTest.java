package io.errata.jobs.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ExactDoubleSumTest {
  @Property(tries = 500)
  void sum_isTheSameInAnyOrderAndGrouping(
      @ForAll("doubles") List<Double> values, @ForAll Random random) {
    long expected = Double.doubleToRawLongBits(sum(values).rounded());

    Collections.shuffle(values, random);
    assertThat(Double.doubleToRawLongBits(sum(values).rounded())).isEqualTo(expected);
    ExactDoubleSum left = new ExactDoubleSum();
    ExactDoubleSum right = new ExactDoubleSum();
    for (double value : values) {
      (random.nextBoolean() ? left : right).add(value);
      if (random.nextInt(5) == 0) {
        // Asking in between must not change anything.
        assertThat(left.rounded()).isNotNaN();
      }
    }
    right.add(left);
    assertThat(Double.doubleToRawLongBits(right.rounded())).isEqualTo(expected);
  }

  @Property(tries = 500)
  void sum_isTheExactSumRoundedOnce(@ForAll("doubles") List<Double> values) {
    BigDecimal exact =
        values.stream().map(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);

    assertThat(sum(values).rounded()).isEqualTo(exact.signum() == 0 ? 0.0 : exact.doubleValue());
  }

  @Property(tries = 300)
  void nearest_isWhatDecimalDivisionWithManyDigitsRoundsTo(
      @ForAll("doubles") List<Double> values, @ForAll("counts") long count) {
    BigDecimal exact =
        values.stream().map(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
    BigDecimal quotient = exact.divide(BigDecimal.valueOf(count), new MathContext(1_200));

    assertThat(sum(values).dividedBy(BigInteger.valueOf(count)))
        .isEqualTo(exact.signum() == 0 ? 0.0 : quotient.doubleValue());
  }

  @Provide
  Arbitrary<List<Double>> doubles() {
    Arbitrary<Double> anyBits =
        Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite);
    Arbitrary<Double> edges =
        Arbitraries.of(
            0.0,
            -0.0,
            Double.MIN_VALUE,
            -Double.MIN_VALUE,
            Double.MIN_NORMAL,
            0.1,
            -0.1,
            1e16,
            1.0,
            -1e16,
            1e308,
            -1e308,
            0x1.fffffffffffffp51,
            0x1p53,
            -0x1p53);
    Arbitrary<Double> money = Arbitraries.integers().map(cents -> cents / 100.0);
    return Arbitraries.oneOf(anyBits, edges, money)
        .filter(value -> Math.abs(value) < 1e306 || Math.abs(value) == 1e308)
        .list()
        .ofMaxSize(40)
        .filter(values -> values.stream().filter(value -> Math.abs(value) == 1e308).count() < 2);
  }

  @Provide
  Arbitrary<Long> counts() {
    return Arbitraries.longs().between(1, 1_000_000_007L);
  }

  private static ExactDoubleSum sum(List<Double> values) {
    ExactDoubleSum sum = new ExactDoubleSum();
    values.forEach(sum::add);
    return sum;
  }

  @Example
  void sum_isNotWhatAddingUpGives() {
    assertThat(sum(List.of(1e16, 1.0, -1e16)).rounded()).isEqualTo(1.0);
    assertThat(sum(List.of(0.1, 0.2, 0.3)).rounded()).isEqualTo(0.6);
  }

  @Example
  void sum_ofSpecialValuesIsDefined() {
    assertThat(sum(List.of(1.0, Double.NaN)).rounded()).isNaN();
    assertThat(sum(List.of(Double.POSITIVE_INFINITY, 1.0)).rounded())
        .isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(sum(List.of(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY)).rounded()).isNaN();
    assertThat(Double.doubleToRawLongBits(sum(List.of(-0.0, -0.0)).rounded())).isZero();
    assertThat(Double.doubleToRawLongBits(sum(List.of(-1.5, 1.5)).rounded())).isZero();
  }

  @Example
  void sum_beyondTheGreatestDoubleComesBack() {
    List<Double> there = List.of(Double.MAX_VALUE, Double.MAX_VALUE);

    assertThat(sum(there).rounded()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(sum(List.of(Double.MAX_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE)).rounded())
        .isEqualTo(Double.MAX_VALUE);
  }

  @Example
  void sum_ofManyEqualValuesDoesNotWrap() {
    ExactDoubleSum sum = new ExactDoubleSum();
    for (int i = 0; i < 100_000; i++) {
      sum.add(0x1p62 * 0x1p-20);
      sum.add(i % 2 == 0 ? 0x1p-40 : -0x1p-40);
    }
    assertThat(sum.rounded()).isEqualTo(100_000 * 0x1p42);
  }
}
