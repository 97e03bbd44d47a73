package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import io.errata.connectors.ReadRate;
import io.errata.connectors.Window;
import io.errata.connectors.archive.BrokenFilesTest.Written;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.expression.Conditions;
import io.errata.connectors.read.ReadPace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files of every form are read at a rate; on a clock of its own. */
class ArchivePaceTest {
  private static final Window WINDOW =
      new Window(Instant.parse("2024-06-10T12:00:20Z"), Instant.parse("2024-06-10T12:00:40Z"));

  @TempDir Path folder;
  private long now;

  private Reading read(Written written, ReadRate rate) throws IOException {
    Path file = folder.resolve("archive").resolve(written.fileName());
    Files.createDirectories(file.getParent());
    Files.write(file, written.bytes(folder));
    EventSchema schema =
        new EventSchema(
            "id",
            "ts",
            TimeUnit.MICROS,
            null,
            List.of(),
            List.of(new EventField("note", ColumnType.TEXT)));
    ArchiveWindow window =
        (ArchiveWindow)
            new ArchiveWindowSource(
                    ArchiveOptions.of(file.getParent().toString(), "", written.format()))
                .resolve(
                    WINDOW,
                    schema,
                    Optional.of(Conditions.parse("note in ('note 620 é', 'note 930 é')")));
    return Reading.of(window, ReadPace.of(rate, () -> now, nanos -> now += nanos));
  }

  @ParameterizedTest
  @EnumSource(Written.class)
  void eventsThatAreNotWanted_countToo(Written written) throws Exception {
    Reading reading = read(written, new ReadRate(10, Long.MAX_VALUE));
    assertThat(reading.ids()).containsExactlyInAnyOrder("e20", "e30");
    assertThat(now / 1e9).isBetween(reading.read() / 10.0 - 0.01, reading.read() / 10.0 + 0.01);
    assertThat(reading.read()).isGreaterThanOrEqualTo(20);
  }

  @ParameterizedTest
  @EnumSource(Written.class)
  void bytes_areThoseOfTheFile(Written written) throws Exception {
    Reading reading = read(written, new ReadRate(Long.MAX_VALUE, 100));
    long size = reading.window().inputs().get(0).bytes();
    // Of Parquet, only the columns and row groups that are needed, but the footer for each split.
    double least = written == Written.PARQUET ? 0.3 : 1;
    assertThat(now / 1e9).isGreaterThanOrEqualTo(size * least / 100 - 0.01);
  }
}
