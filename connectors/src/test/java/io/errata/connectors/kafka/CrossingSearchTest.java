package io.errata.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrossingSearchTest {
  private static final int STRETCH = 200;

  /** Looks at a log that holds a record at each offset, some of them older than the time. */
  private static long find(boolean[] older, int first, int stretch) {
    CrossingSearch search = new CrossingSearch(first, older.length, STRETCH);
    int looks = 0;
    while (!search.isDone()) {
      int probe = (int) search.probe();
      int seen = Math.min(older.length, probe + stretch);
      long behind = -1;
      for (int i = probe; i < seen; i++) {
        behind = older[i] ? i + 1 : behind;
      }
      search.learn(behind, seen);
      assertThat(++looks).as("looks").isLessThan(100);
    }
    return search.result();
  }

  private static boolean[] olderUntil(int length, int crossing) {
    boolean[] older = new boolean[length];
    for (int i = 0; i < crossing; i++) {
      older[i] = true;
    }
    return older;
  }

  @Test
  void logInOrder_isCrossedAtItsFirstRecordThatIsNotOlder() {
    assertThat(find(olderUntil(100_000, 40_000), 40_000, STRETCH)).isEqualTo(40_000);
    assertThat(find(olderUntil(100_000, 100_000), 100_000, STRETCH)).isEqualTo(100_000);
    assertThat(find(new boolean[0], 0, STRETCH)).isZero();
  }

  /** A record of the future at the beginning is what the brokers name. */
  @ParameterizedTest
  @CsvSource({
    "1000000, 1000, 500000",
    "1000000, 0, 999999",
    "1000000, 0, 1000000",
    "1000000, 999990, 999999",
    "100000, 5, 7",
    "100000, 5, 205",
    "100000, 5, 206"
  })
  void recordOfTheFuture_doesNotHideTheOlderOnesBehindIt(int length, int future, int crossing) {
    boolean[] older = olderUntil(length, crossing);
    older[future] = false;
    assertThat(find(older, future, STRETCH)).isEqualTo(crossing);
    assertThat(find(older, future, 20 * STRETCH)).isEqualTo(crossing);
  }

  @Test
  void anyLogInWhichNoCleanStretchStandsBeforeTheCrossing_isCrossedThere() {
    Random random = new Random(3);
    for (int run = 0; run < 500; run++) {
      int length = 1 + random.nextInt(30_000);
      int crossing = random.nextInt(length + 1);
      boolean[] older = olderUntil(length, crossing);
      // One in four is not older, and never so many in a row as a stretch has.
      for (int i = 0; i + 1 < crossing; i++) {
        older[i] = random.nextInt(4) > 0;
      }
      int first = 0;
      while (first < length && older[first]) {
        first++;
      }
      assertThat(find(older, first, STRETCH))
          .as("run %s", run)
          .isEqualTo(Math.max(first, crossing));
    }
  }
}
