package io.errata.connectors.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.connectors.ReadRate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On a clock of its own: nothing here depends on how busy the machine is. */
class ReadPaceTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long WINDOW = 10 * SECOND;

  private final Random random = new Random(11);
  private long now = 5;

  private ReadPace pace(double rows, double bytes) {
    // Sleeps end late, as they do.
    ReadPace pace = ReadPace.waiting(() -> now, nanos -> now += nanos + random.nextInt(200_000));
    pace.share(new ReadPace.Share(rows, bytes));
    return pace;
  }

  /** The most that was let through in any ten seconds. */
  private static long most(List<long[]> passed) {
    long most = 0;
    long sum = 0;
    int first = 0;
    for (long[] each : passed) {
      sum += each[1];
      while (each[0] - passed.get(first)[0] >= WINDOW) {
        sum -= passed.get(first++)[1];
      }
      most = Math.max(most, sum);
    }
    return most;
  }

  @ParameterizedTest
  @CsvSource({"50", "2000", "50000"})
  void rows_areAtTheRateAndNeverMoreThanFivePercentAboveIt(int rate) {
    ReadPace pace = pace(rate, Double.POSITIVE_INFINITY);
    List<long[]> passed = new ArrayList<>();
    long start = now;
    int rows = rate * 60;
    for (int i = 0; i < rows; i++) {
      now += random.nextInt((int) (SECOND / rate));
      pace.row();
      passed.add(new long[] {now, 1});
    }
    assertThat(most(passed)).isBetween(rate * 10 * 95L / 100, rate * 10 * 105L / 100);
    assertThat((now - start) / 1e9).isBetween(60 * 0.99, 60 * 1.01);
  }

  @Test
  void readerThatWasHeldUp_doesNotMakeUpForIt() {
    ReadPace pace = pace(1_000, Double.POSITIVE_INFINITY);
    List<long[]> passed = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      if (i % 5_000 == 4_000) {
        now += 4 * SECOND;
      }
      pace.row();
      passed.add(new long[] {now, 1});
    }
    assertThat(most(passed)).isLessThanOrEqualTo(10_500);
  }

  /** As by collections of garbage, or by others on the machine. */
  @Test
  void readerThatIsHeldUpForMoments_keepsTheRateAllTheSame() {
    ReadPace pace = pace(1_000, Double.POSITIVE_INFINITY);
    List<long[]> passed = new ArrayList<>();
    long start = now;
    for (int i = 0; i < 60_000; i++) {
      if (i % 1_000 == 500) {
        now += SECOND / 4;
      }
      pace.row();
      passed.add(new long[] {now, 1});
    }
    assertThat((now - start) / 1e9).isBetween(60 * 0.99, 60 * 1.01);
    assertThat(most(passed)).isLessThanOrEqualTo(10_500);
  }

  @ParameterizedTest
  @ValueSource(longs = {10_000, 1_000_000, 200_000_000})
  void bytes_areAtTheRateAndNeverMoreThanFivePercentAboveIt(long rate) {
    ReadPace pace = pace(Double.POSITIVE_INFINITY, rate);
    List<long[]> passed = new ArrayList<>();
    long start = now;
    long total = 0;
    while (total < rate * 30) {
      int count = 1 + random.nextInt(pace.piece());
      passed.add(new long[] {now, count});
      pace.bytes(count);
      total += count;
    }
    assertThat(most(passed)).isLessThanOrEqualTo(rate * 10 * 105 / 100);
    assertThat((now - start) / 1e9).isBetween(30 * 0.99, 30 * 1.02);
  }

  @Test
  void readerWithoutAShare_readsNothing() {
    List<Long> sleeps = new ArrayList<>();
    ReadPace[] self = new ReadPace[1];
    self[0] =
        ReadPace.waiting(
            () -> now,
            nanos -> {
              now += nanos;
              sleeps.add(nanos);
              if (sleeps.size() == 7) {
                self[0].share(new ReadPace.Share(10, 10));
              }
            });
    self[0].row();
    assertThat(sleeps).hasSizeGreaterThanOrEqualTo(7);
  }

  @Test
  void readerThatIsWoken_waitsNoLongerButPaysLater() {
    ReadPace pace = pace(10, Double.POSITIVE_INFINITY);
    pace.row();
    pace.wake();
    long before = now;
    for (int i = 0; i < 50; i++) {
      pace.row();
    }
    assertThat(now).isEqualTo(before);
    pace.arm();
    assertThat(pace.hasWaited()).isFalse();
    pace.row();
    assertThat(now - before).isBetween(5 * SECOND, 6 * SECOND);
    assertThat(pace.hasWaited()).isTrue();
  }

  @Test
  void shares_addUpToTheRateAtEveryMoment() {
    Map<Integer, PaceChange> shares = new TreeMap<>();
    List<Double> sums = new ArrayList<>();
    PaceShares divided =
        new PaceShares(
            new ReadRate(900, 9_000),
            (reader, change) -> {
              shares.put(reader, change);
              sums.add(shares.values().stream().mapToDouble(PaceChange::rows).sum());
            });
    divided.begin(0);
    divided.begin(2);
    divided.begin(1);
    assertThat(shares.values()).containsOnly(new PaceChange(300, 3_000));
    divided.begin(1);
    assertThat(sums).allMatch(sum -> sum <= 900.001);
    shares.remove(0);
    divided.end(0);
    assertThat(shares.values()).containsOnly(new PaceChange(450, 4_500));
    divided.end(0);
    shares.remove(1);
    divided.end(1);
    assertThat(shares).containsExactly(Map.entry(2, new PaceChange(900, 9_000)));
  }

  @Test
  void unlimited_tellsNobodyAnything() {
    List<Integer> told = new ArrayList<>();
    PaceShares divided = new PaceShares(ReadRate.UNLIMITED, (reader, change) -> told.add(reader));
    divided.begin(0);
    divided.end(0);
    assertThat(told).isEmpty();
  }
}
