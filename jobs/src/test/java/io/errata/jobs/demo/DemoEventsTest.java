package io.errata.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoEventsTest {
  private static final DemoOptions OPTIONS = new DemoOptions(12_000, 5);

  @TempDir Path folder;

  @Test
  void events_ofOneSeed_areTheSameFiles() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    make(first);
    make(second);
    List<Path> files = files(first);
    assertThat(files(second).stream().map(second::relativize))
        .containsExactlyElementsOf(files.stream().map(first::relativize).toList());
    for (Path file : files) {
      assertThat(second.resolve(first.relativize(file))).hasSameBinaryContentAs(file);
    }
  }

  @Test
  void totals_areWhatTheFilesSay() throws IOException {
    DemoEvents.Made made = make(folder);
    Map<String, Path> seen = new HashMap<>();
    Map<String, Long> cents = new TreeMap<>();
    Map<String, Long> storedCents = new TreeMap<>();
    Map<String, Integer> events = new TreeMap<>();
    long delivered = 0;
    long late = 0;
    for (Path file : files(folder)) {
      for (Group event : read(file)) {
        delivered++;
        Instant time = Instant.EPOCH.plusNanos(event.getLong("ts", 0) * 1000);
        Instant hour = hour(file);
        assertThat(time.plus(Duration.ofHours(1)))
            .as("within the slack of the folder")
            .isAfterOrEqualTo(hour);
        assertThat(time).isBefore(hour.plus(Duration.ofHours(1)));
        late += time.isBefore(hour) ? 1 : 0;
        Path other = seen.put(event.getString("event_id", 0), file);
        if (other != null) {
          assertThat(other).isNotEqualTo(file);
          continue;
        }
        String type = event.getString("type", 0);
        assertThat(event.getFieldRepetitionCount("amount")).isEqualTo(type.equals("login") ? 0 : 1);
        if (type.equals("login")) {
          continue;
        }
        long amount = event.getLong("amount", 0);
        boolean bug = !time.isBefore(DemoEvents.BUG_FROM) && time.isBefore(DemoEvents.BUG_TO);
        boolean refund = type.equals("refund");
        String user = event.getString("user_id", 0);
        cents.merge(user, refund ? -amount : amount, Long::sum);
        storedCents.merge(user, refund && !bug ? -amount : amount, Long::sum);
        events.merge(user, 1, Integer::sum);
      }
    }
    assertThat(seen).hasSize(OPTIONS.events());
    assertThat(made.duplicates()).isEqualTo(delivered - OPTIONS.events()).isPositive();
    assertThat(late).isPositive();
    Set<String> users = new HashSet<>();
    for (int user = 0; user < made.totals().users(); user++) {
      String name = DemoEvent.user(user);
      assertThat(made.totals().hasRow(user)).isEqualTo(events.containsKey(name));
      if (made.totals().hasRow(user)) {
        users.add(name);
        assertThat(made.totals().storedCents(user)).isEqualTo(storedCents.get(name));
        assertThat(made.totals().events(user)).isEqualTo(events.get(name));
        assertThat(made.totals().isWrong(user))
            .isEqualTo(!cents.get(name).equals(storedCents.get(name)));
      }
    }
    assertThat(users).isEqualTo(events.keySet());
    assertThat(made.refundsInBug()).isPositive();
  }

  @Test
  void making_thatIsStopped_endsByWhatTheCheckThrows() {
    assertThatThrownBy(
            () ->
                DemoEvents.make(
                    OPTIONS,
                    List.of(),
                    () -> {
                      throw new IllegalStateException("stopped");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("stopped");
  }

  private static DemoEvents.Made make(Path folder) throws IOException {
    try (DemoArchive archive = new DemoArchive(OPTIONS, folder)) {
      DemoEvents.Made made = DemoEvents.make(OPTIONS, List.of(archive), () -> {});
      assertThat(archive.files()).isEqualTo(files(folder).size());
      return made;
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** The start of the hour that a file's folder is named after. */
  private static Instant hour(Path file) {
    String path = file.toString();
    int date = path.indexOf("date=") + "date=".length();
    int hour = path.indexOf("hour=") + "hour=".length();
    return Instant.parse(
        path.substring(date, date + 10) + "T" + path.substring(hour, hour + 2) + ":00:00Z");
  }

  private static List<Group> read(Path file) throws IOException {
    try (ParquetReader<Group> reader = new Groups(new LocalInputFile(file)).build()) {
      Stream.Builder<Group> groups = Stream.builder();
      for (Group group = reader.read(); group != null; group = reader.read()) {
        groups.add(group);
      }
      return groups.build().toList();
    }
  }

  private static final class Groups extends ParquetReader.Builder<Group> {
    Groups(InputFile file) {
      super(file, new PlainParquetConfiguration());
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }
}
