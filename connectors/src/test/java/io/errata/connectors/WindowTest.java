package io.errata.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.Bucket;
import io.errata.api.Bucket.Unit;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class WindowTest {
  private static Window window(String from, String to) {
    return new Window(Instant.parse(from), Instant.parse(to));
  }

  @Test
  void window_isHalfOpen() {
    Window window = window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z");

    assertThat(window.contains(Instant.parse("2024-06-10T12:00:00Z"))).isTrue();
    assertThat(window.contains(Instant.parse("2024-06-10T12:29:59.999999999Z"))).isTrue();
    assertThat(window.contains(Instant.parse("2024-06-10T12:30:00Z"))).isFalse();
    assertThat(window.contains(Instant.parse("2024-06-10T11:59:59.999999999Z"))).isFalse();
  }

  @Test
  void window_thatIsEmptyOrReversed_isRefused() {
    assertThatThrownBy(() -> window("2024-06-10T12:00:00Z", "2024-06-10T12:00:00Z"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot make a window: it begins at 2024-06-10T12:00:00Z and ends at 2024-06-10T12:00:00Z");
  }

  @Test
  void windowThatCutsADay_isWidenedToIt() {
    Bucket day = new Bucket(Unit.DAY, ZoneOffset.UTC);

    assertThat(window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z").widen(day))
        .isEqualTo(window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z"));
    assertThat(window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z").widen(day))
        .isEqualTo(window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z"));
    assertThat(window("2024-06-10T23:00:00Z", "2024-06-11T00:00:00.000000001Z").widen(day))
        .isEqualTo(window("2024-06-10T00:00:00Z", "2024-06-12T00:00:00Z"));
  }

  @Test
  void days_ofClockChanges_have23And25Hours() {
    Bucket day = new Bucket(Unit.DAY, ZoneId.of("Europe/Zurich"));

    Window spring = window("2024-03-31T10:00:00Z", "2024-03-31T11:00:00Z").widen(day);
    Window autumn = window("2024-10-27T10:00:00Z", "2024-10-27T11:00:00Z").widen(day);

    assertThat(Duration.between(spring.from(), spring.to())).isEqualTo(Duration.ofHours(23));
    assertThat(Duration.between(autumn.from(), autumn.to())).isEqualTo(Duration.ofHours(25));
  }

  @Test
  void hours_nearAClockChange_areWidenedToDays() {
    // On 2024-04-07 the clocks of Lord Howe go back by half an hour, so that half of an hour is
    // there twice.
    Bucket hour = new Bucket(Unit.HOUR, ZoneId.of("Australia/Lord_Howe"));

    Window widened = window("2024-04-06T15:10:00Z", "2024-04-06T15:20:00Z").widen(hour);

    assertThat(widened).isEqualTo(window("2024-04-06T13:00:00Z", "2024-04-07T13:30:00Z"));
    assertThat(window("2024-06-10T12:40:00Z", "2024-06-10T12:50:00Z").widen(hour))
        .isEqualTo(window("2024-06-10T12:30:00Z", "2024-06-10T13:30:00Z"));
  }

  @Test
  void weeks_beginOnMonday() {
    Bucket week = new Bucket(Unit.WEEK, ZoneOffset.UTC);

    assertThat(window("2024-06-12T12:00:00Z", "2024-06-12T13:00:00Z").widen(week))
        .isEqualTo(window("2024-06-10T00:00:00Z", "2024-06-17T00:00:00Z"));
  }
}
