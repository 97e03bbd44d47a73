package io.errata.state.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OverloadWaitTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Overload BUSY =
      new Overload(
          LoadLimits.SESSIONS,
          "12 sessions of others are active in the database, and 4 are allowed");

  private final List<Long> asked = new ArrayList<>();
  private long now = 7 * SECOND;

  private OverloadWait patient(Duration patience) {
    return new OverloadWait(patience, () -> now, nanos -> now += nanos);
  }

  /** Is above its limit for so many seconds from now. */
  private Optional<Overload> await(OverloadWait wait, long seconds) {
    long calm = now + seconds * SECOND;
    return wait.await(
        "reading",
        () -> {
          asked.add(now / SECOND - 7);
          return now < calm ? Optional.of(BUSY) : Optional.empty();
        });
  }

  @Test
  void pauses_growToTenSeconds() {
    assertThat(await(patient(Duration.ofMinutes(10)), 40)).isEmpty();
    assertThat(asked).containsExactly(0L, 1L, 3L, 7L, 15L, 25L, 35L, 45L);
  }

  @Test
  void store_thatWasCalm_isAskedAgainAfterASecond() {
    OverloadWait wait = patient(Duration.ofMinutes(10));
    await(wait, 0);
    now += SECOND - 1;
    await(wait, 100);
    assertThat(asked).containsExactly(0L);
    now += 1;
    assertThat(await(wait, 1)).isEmpty();
    assertThat(asked).containsExactly(0L, 1L, 2L);
  }

  @Test
  void overload_thatOutlastsPatience_isGivenBack() {
    assertThat(await(patient(Duration.ofSeconds(20)), 1000)).contains(BUSY);
    assertThat(asked).containsExactly(0L, 1L, 3L, 7L, 15L, 20L);
  }

  @Test
  void wait_isToldFromItsBeginningToItsEnd() {
    List<String> told = new ArrayList<>();
    OverloadWait.Listener listener =
        new OverloadWait.Listener() {
          @Override
          public void waits(Overload overload) {
            told.add(now / SECOND - 7 + " " + overload);
          }

          @Override
          public void goesOn() {
            told.add(now / SECOND - 7 + " goes on");
          }
        };
    OverloadWait wait = patient(Duration.ofMinutes(10));
    wait.await("test", () -> now < 12 * SECOND ? Optional.of(BUSY) : Optional.empty(), listener);
    assertThat(told).containsExactly("0 " + BUSY, "1 " + BUSY, "3 " + BUSY, "7 goes on");
    now += SECOND;
    wait.await("test", Optional::empty, listener);
    assertThat(told).hasSize(4);
  }

  @Test
  void eachWait_hasPatienceOfItsOwn() {
    OverloadWait wait = patient(Duration.ofSeconds(20));
    assertThat(await(wait, 15)).isEmpty();
    now += SECOND;
    assertThat(await(wait, 15)).isEmpty();
  }

  @Test
  void sleep_thatEndsEarly_isNoReasonToAskSooner() {
    OverloadWait wait =
        new OverloadWait(
            Duration.ofMinutes(1), () -> now, nanos -> now += Math.min(nanos, SECOND / 3 + 1));
    assertThat(await(wait, 3)).isEmpty();
    assertThat(asked).containsExactly(0L, 1L, 3L);
  }

  @Test
  void interrupt_endsTheWait() {
    OverloadWait wait =
        new OverloadWait(
            Duration.ofMinutes(1), () -> now, nanos -> Thread.currentThread().interrupt());
    assertThat(await(wait, 1000)).isEmpty();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(asked).containsExactly(0L);
  }

  @Test
  void error_namesLimitAndValue() {
    ErrataException error = BUSY.error("Cannot read the live rows", Duration.ofMinutes(10));
    assertThat(error.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(error)
        .hasMessage(
            "Cannot read the live rows: 12 sessions of others are active in the database, and 4 are allowed after 600 s of"
                + " waiting (limits.table-load)");
    assertThat(error.next()).contains("a higher limits.table-load");
  }
}
