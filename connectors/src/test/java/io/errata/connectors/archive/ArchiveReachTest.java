package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.connectors.Gap;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive is sure of what lies before its newest folder, and of nothing more. */
class ArchiveReachTest {
  private static final Window WINDOW =
      new Window(Instant.parse("2024-06-08T00:00:00Z"), Instant.parse("2024-06-10T00:00:00Z"));

  @TempDir private Path folder;

  private ArchiveOptions days(String... days) throws IOException {
    for (String day : days) {
      Files.createDirectories(folder.resolve("date=" + day));
    }
    return ArchiveOptions.of(folder.toString(), "date=%Y-%m-%d", Format.PARQUET);
  }

  private static ArchiveReach reach(ArchiveOptions options, Gap... gaps) {
    return ArchiveReach.find(options, WINDOW, List.of(gaps));
  }

  private static void assertReaches(ArchiveReach reach, String to, String reason) {
    assertThat(reach.isWhole()).isFalse();
    assertThat(reach.to()).isEqualTo(Instant.parse(to));
    assertThat(reach.reason()).contains(reason);
  }

  @Test
  void foldersUpToBehindTheSlack_holdAll() throws IOException {
    ArchiveReach reach = reach(days("2024-06-08", "2024-06-09", "2024-06-10", "2024-06-11"));
    assertThat(reach.isWhole()).isTrue();
    assertThat(reach.to()).isEqualTo(WINDOW.to());
  }

  /** Late events of the window's last hour lie in the folder of the 10th, which is the newest. */
  @Test
  void newestFolder_mayStillBeWritten() throws IOException {
    assertReaches(
        reach(days("2024-06-08", "2024-06-09", "2024-06-10")),
        "2024-06-09T23:00:00Z",
        "folder date=2024-06-10 is its newest");
    assertThat(
            reach(days("2024-06-08", "2024-06-09", "2024-06-10").withSlack(Duration.ZERO))
                .isWhole())
        .as("without slack nothing of the window lies in it")
        .isTrue();
  }

  @Test
  void lastFolderOfTheWindow_isNotTakenForWholeEither() throws IOException {
    assertReaches(
        reach(days("2024-06-08", "2024-06-09")),
        "2024-06-08T23:00:00Z",
        "folder date=2024-06-09 is its newest");
  }

  @Test
  void absentFolder_endsTheReachAlthoughOthersFollow() throws IOException {
    assertReaches(
        reach(days("2024-06-08", "2024-06-10", "2024-06-11")),
        "2024-06-08T23:00:00Z",
        "folder date=2024-06-09 is absent");
  }

  @Test
  void firstFolder_needsNoneBeforeIt() throws IOException {
    assertReaches(reach(days("2024-06-07")), "2024-06-08T00:00:00Z", "2024-06-07 is its newest");
    assertReaches(
        reach(days("2024-06-09", "2024-06-10", "2024-06-11")),
        "2024-06-08T00:00:00Z",
        "folder date=2024-06-08 is absent");
  }

  @Test
  void fileThatIsAGap_makesItsFolderUnsure() throws IOException {
    ArchiveOptions options = days("2024-06-08", "2024-06-09", "2024-06-10", "2024-06-11");
    assertReaches(
        reach(options, new Gap("file:" + folder + "/date=2024-06-09/a.parquet", "cut off")),
        "2024-06-08T23:00:00Z",
        "a.parquet: cut off");
    assertReaches(
        reach(options, new Gap("file:" + folder + "/date=2024-06-07/a.parquet", "cut off")),
        "2024-06-08T00:00:00Z",
        "a.parquet: cut off");
  }

  @Test
  void flatArchive_saysNothingAboutHowFarItReaches() throws IOException {
    days();
    assertReaches(
        reach(ArchiveOptions.of(folder.toString(), "", Format.PARQUET)),
        "2024-06-08T00:00:00Z",
        "no events.archive.layout");
  }

  @Test
  void folders_beginByTheClockOfTheirZone() {
    PartitionLayout hours = PartitionLayout.parse("%Y-%m-%d/%H");
    Window change =
        new Window(Instant.parse("2024-10-26T23:10:00Z"), Instant.parse("2024-10-27T02:00:00Z"));
    assertThat(hours.spans(change, ZoneId.of("Europe/Zurich")))
        .extracting(span -> span.name() + " " + span.start())
        .containsExactly(
            "2024-10-27/01 2024-10-26T23:10:00Z",
            "2024-10-27/02 2024-10-27T00:00:00Z",
            "2024-10-27/03 2024-10-27T02:00:00Z");
    assertThat(PartitionLayout.parse("%Y-%m").spans(WINDOW, ZoneId.of("Asia/Kathmandu")))
        .extracting(span -> span.name() + " " + span.start())
        .containsExactly("2024-06 2024-06-08T00:00:00Z", "2024-07 2024-06-30T18:15:00Z");
  }
}
