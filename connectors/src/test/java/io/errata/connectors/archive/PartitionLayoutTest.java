package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.connectors.Window;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionLayoutTest {
  private static Set<String> folders(String layout, String from, String to, ZoneId zone) {
    return PartitionLayout.parse(layout)
        .folders(new Window(Instant.parse(from), Instant.parse(to)), zone);
  }

  @Test
  void folders_areThoseThatTheWindowTouches() {
    assertThat(
            folders(
                "date=%Y-%m-%d", "2024-06-10T12:00:00Z", "2024-06-12T00:00:00Z", ZoneOffset.UTC))
        .containsExactly("date=2024-06-10", "date=2024-06-11");
    assertThat(
            folders(
                "%Y/%m/%d/hour=%H",
                "2024-02-28T23:59:59.5Z", "2024-02-29T00:00:00.000000001Z", ZoneOffset.UTC))
        .containsExactly("2024/02/28/hour=23", "2024/02/29/hour=00");
    assertThat(folders("", "2024-06-10T12:00:00Z", "2024-06-12T00:00:00Z", ZoneOffset.UTC))
        .containsExactly("");
    assertThat(folders("100%%/%Y", "2023-12-31T23:00:00Z", "2024-01-01T00:00:01Z", ZoneOffset.UTC))
        .containsExactly("100%/2023", "100%/2024");
  }

  @Test
  void folders_followTheZonesClock() {
    ZoneId zurich = ZoneId.of("Europe/Zurich");
    assertThat(folders("%Y-%m-%d/%H", "2024-10-27T00:00:00Z", "2024-10-27T02:00:00Z", zurich))
        .containsExactly("2024-10-27/02");
    assertThat(folders("%Y-%m-%d/%H", "2024-03-31T00:30:00Z", "2024-03-31T01:30:00Z", zurich))
        .containsExactly("2024-03-31/01", "2024-03-31/03");
    assertThat(folders("%Y-%m-%d", "2024-06-10T21:00:00Z", "2024-06-10T23:00:00Z", zurich))
        .containsExactly("2024-06-10", "2024-06-11");
    assertThat(
            folders(
                "%Y-%m-%d/%H",
                "2024-04-06T14:00:00Z", "2024-04-06T16:00:00Z", ZoneId.of("Australia/Lord_Howe")))
        .containsExactly("2024-04-07/01", "2024-04-07/02");
  }

  @Test
  void layout_thatNamesNoTimeOrLeavesTheFolderIsRefused() {
    for (String layout :
        new String[] {"date=%y", "data", "%Y-%d", "%H", "date=%", "/%Y", "%Y/../x"}) {
      assertThatThrownBy(() -> PartitionLayout.parse(layout))
          .isInstanceOf(ErrataException.class)
          .hasMessageStartingWith("Cannot read an archive's layout: " + layout);
    }
  }
}
