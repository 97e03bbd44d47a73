package io.errata.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.connectors.kafka.StretchReader.Stamp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LogHeadTest {
  private static final long TIME = 1_000;
  private static final long LATE = 900;

  private static List<Stamp> log(LongStream times) {
    List<Stamp> log = new ArrayList<>();
    times.forEach(time -> log.add(new Stamp(50 + log.size(), time)));
    return log;
  }

  private static boolean isBefore(LongStream times) {
    return LogHead.isBefore(log(times), TIME, LATE);
  }

  @Test
  void emptyLog_mayHaveHeldTheWindow() {
    assertThat(isBefore(LongStream.empty())).isFalse();
  }

  @Test
  void logThatBeginsInTheWindow_mayHaveHeldMore() {
    assertThat(isBefore(LongStream.rangeClosed(1_000, 1_199))).isFalse();
  }

  @Test
  void logThatBeginsBeforeTheWindow_heldAllOfIt() {
    assertThat(isBefore(LongStream.range(800, 1_000))).isTrue();
    assertThat(isBefore(LongStream.range(998, 1_198))).isTrue();
    assertThat(isBefore(LongStream.of(1))).isTrue();
  }

  @Test
  void oneOldRecordBeforeTheWindow_isNoProof() {
    assertThat(isBefore(LongStream.concat(LongStream.of(1), LongStream.range(1_000, 1_199))))
        .isFalse();
  }

  @Test
  void oneOldRecord_isProofWhereRecordsAreFarFromEachOtherAnyway() {
    assertThat(isBefore(LongStream.of(700, 1_100, 1_200, 1_500))).isTrue();
    assertThat(isBefore(LongStream.of(700, 1_301, 1_500, 1_800))).isFalse();
    assertThat(isBefore(LongStream.of(700, 1_100))).isFalse();
  }

  @Test
  void oldRecordsAmongLateOnes_areNoProof() {
    assertThat(
            isBefore(
                LongStream.range(0, 200)
                    .map(i -> i < 2 || i % 10 == 0 ? LATE - 1 - i % 3 : TIME + i)))
        .isFalse();
  }

  @Test
  void recordsOutOfOrderByLessThanTheSlack_areNotLate() {
    assertThat(isBefore(LongStream.range(0, 200).map(i -> i < 2 || i == 10 ? LATE : TIME + i)))
        .isTrue();
  }

  @Test
  void mostRecordsOlder_isProofAmongLateOnes() {
    assertThat(isBefore(LongStream.range(0, 200).map(i -> i % 3 == 0 ? TIME + 5_000 : 100 + i)))
        .isTrue();
  }
}
