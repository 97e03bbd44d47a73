package io.errata.jobs.sort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSorterTest {
  private static final long ROOMY = 64L << 20;
  private static final long LEAST = 1;

  /** Odd, so that different numbers times it are different. */
  private static final long SPREAD = 0xD1B54A32D192ED03L;

  @TempDir private Path folder;
  private int files;

  private record Packed(long hash, long order, String body) implements Comparable<Packed> {
    private static final Comparator<Packed> BY_NUMBERS =
        Comparator.<Packed, Long>comparing(packed -> packed.hash() ^ Long.MIN_VALUE)
            .thenComparing(Packed::order);

    @Override
    public int compareTo(Packed other) {
      return BY_NUMBERS.thenComparing(Packed::body).compare(this, other);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {ROOMY, LEAST, 2L << 20})
  void records_comeSortedAndNoneIsLost(long memory) throws IOException {
    Random random = new Random(7);
    assertSorted(memory, 60_000, random::nextLong, random::nextLong);
  }

  @ParameterizedTest
  @ValueSource(longs = {ROOMY, LEAST})
  void records_ofFewHashesComeByTheirOrder(long memory) throws IOException {
    Random random = new Random(8);
    long[] hashes = {0, -1, Long.MIN_VALUE, 0x1234_5678_0000_0001L, 0x1234_5678_0000_0002L};
    assertSorted(
        memory,
        20_000,
        () -> hashes[random.nextInt(hashes.length)],
        () -> random.nextInt(20) == 0 ? Long.MIN_VALUE : 1_700_000_000_000_000L + random.nextInt());
  }

  @ParameterizedTest
  @ValueSource(longs = {ROOMY, LEAST})
  void records_ofOneHashWhoseOrdersAreFarApartComeByTheirOrder(long memory) throws IOException {
    Random random = new Random(9);
    assertSorted(memory, 20_000, () -> 42, random::nextLong);
  }

  @Test
  void runs_moreThanCanBeOpenAtOnceAreMergedInSteps() throws IOException {
    Random random = new Random(10);
    long written =
        assertSorted(
            LEAST,
            RecordSorter.RUNS_AT_ONCE * 2_048 * 2,
            () -> random.nextLong() >>> 1,
            random::nextLong);
    // Once in the partition that all are in, and once in runs.
    long twice = 2 * RecordSorter.RUNS_AT_ONCE * 2_048L * 2 * (PackedRecords.HEAD + 8);
    assertThat(written).isGreaterThan(twice);
  }

  @ParameterizedTest
  @ValueSource(longs = {ROOMY, LEAST})
  void records_largerThanAllElseComeAsTheyWere(long memory) throws IOException {
    List<Packed> given = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      given.add(new Packed(40 - i, i, String.valueOf(i % 10).repeat(i % 3 == 0 ? 3 << 20 : i)));
    }
    sortAndCompare(memory, given);
  }

  @Test
  void index_takesNoMoreOfTheHeapThanItMay() throws IOException {
    int[] files = new int[1];
    try (RecordSorter sorter =
        new RecordSorter(ROOMY, 1 << 17, () -> folder.resolve("run-" + files[0]++).toFile())) {
      for (int i = 0; i < 20_000; i++) {
        add(sorter, new Packed(i, 0, ""));
      }
      // 8,192 records have an index of 128 KiB with the second one that it is sorted with.
      assertThat(files[0]).as("with the partitions").isEqualTo(1);
      assertThat(sorter.sorted().next()).isTrue();
      assertThat(files[0]).as("with two runs of the only partition").isEqualTo(3);
    }
  }

  @Test
  void memory_isNoMoreThanPlacesCanBeToldApartIn() {
    long most = new SortBuffer(Long.MAX_VALUE, Long.MAX_VALUE).memory();
    long places = 1L << Integer.SIZE;
    assertThat(most).isLessThanOrEqualTo(places * 8);
    assertThat(new SortBuffer(ROOMY, ROOMY).memory()).isEqualTo(ROOMY);
  }

  @Test
  void sorted_ofNothingIsEmpty() throws IOException {
    try (RecordSorter sorter = sorter(ROOMY)) {
      assertThat(sorter.sorted().next()).isFalse();
    }
  }

  @Test
  void partitions_areSortedOneByOne() throws IOException {
    Random random = new Random(11);
    List<Packed> given = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      given.add(new Packed(random.nextLong(), i, "body " + i));
    }
    int[] files = new int[1];
    List<Packed> got = new ArrayList<>();
    // Too little for all of them, and enough for one partition of 64.
    try (RecordSorter sorter =
        new RecordSorter(1 << 21, 64 << 20, () -> folder.resolve("file-" + files[0]++).toFile())) {
      for (Packed packed : given) {
        add(sorter, packed);
      }
      read(sorter.sorted(), got);
      assertThat(sorter.spilled())
          .isEqualTo(given.stream().mapToLong(each -> size(each)).sum())
          .isPositive();
    }
    assertThat(files[0]).as("no run is needed").isEqualTo(1);
    assertThat(got).isSortedAccordingTo(Packed.BY_NUMBERS);
    Collections.sort(got);
    Collections.sort(given);
    assertThat(got.equals(given)).isTrue();
    assertThat(folder.toFile().list()).isEmpty();
  }

  private static int size(Packed packed) {
    return PackedRecords.HEAD + packed.body().length();
  }

  @ParameterizedTest
  @ValueSource(longs = {ROOMY, 2L << 20, LEAST})
  void grouped_bringsThoseOfOneHashTogetherByTheirOrderAndLosesNone(long memory)
      throws IOException {
    Random random = new Random(12);
    List<Packed> given = new ArrayList<>();
    for (int i = 0; i < 40_000; i++) {
      // Every tenth hash comes twice or more, and some differ in their lower half alone.
      long hash = random.nextInt(10) == 0 ? random.nextInt(500) * 0x9E3779B97F4A7C15L : i * SPREAD;
      given.add(new Packed(random.nextInt(50) == 0 ? hash ^ 1 : hash, random.nextLong(), "b" + i));
    }
    List<Packed> got = new ArrayList<>();
    Set<Long> ended = new HashSet<>();
    int alone = 0;
    try (RecordSorter sorter =
        new RecordSorter(memory, 64 << 20, () -> folder.resolve("file-" + files++).toFile())) {
      for (Packed packed : given) {
        add(sorter, packed);
      }
      SortedRecords records = sorter.grouped();
      while (records.next()) {
        Packed packed = packed(records);
        Packed before = got.isEmpty() ? null : got.get(got.size() - 1);
        if (before != null && before.hash() == packed.hash()) {
          assertThat(before.order()).isLessThanOrEqualTo(packed.order());
          assertThat(records.isAlone()).isFalse();
        } else {
          assertThat(ended.add(packed.hash())).as("its hash has not come before").isTrue();
        }
        alone += records.isAlone() ? 1 : 0;
        got.add(packed);
      }
    }
    Map<Long, Long> counts =
        given.stream().collect(Collectors.groupingBy(Packed::hash, Collectors.counting()));
    long alike = counts.values().stream().filter(count -> count == 1).count();
    assertThat((long) alone)
        .as("most that are alone are known to be")
        .isBetween(memory == LEAST ? 0 : alike * 9 / 10, alike);
    Collections.sort(got);
    Collections.sort(given);
    assertThat(got.equals(given)).isTrue();
    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  void partitions_thatWereCutAreAnError() throws IOException {
    File file = folder.resolve("partitions").toFile();
    // Too little for all of them, and enough for each half: there is no other file.
    try (RecordSorter sorter = new RecordSorter(3 << 20, LEAST << 20, () -> file)) {
      for (int i = 0; i < 80_000; i++) {
        add(sorter, new Packed((long) i << 62, i, "a body"));
      }
      SortedRecords records = sorter.sorted();
      assertThat(sorter.spilled()).isEqualTo(Files.size(file.toPath())).isPositive();
      cutLastByte(file);
      assertThatThrownBy(() -> read(records, new ArrayList<>()))
          .isInstanceOf(EOFException.class)
          .hasMessage("A file of the sort ends within a block");
    }
  }

  @Test
  void run_thatWasCutIsAnError() throws IOException {
    List<File> given = new ArrayList<>();
    try (RecordSorter sorter =
        new RecordSorter(
            LEAST,
            LEAST,
            () -> {
              if (given.size() == 2) {
                cutLastByte(given.get(1));
              }
              given.add(folder.resolve("file-" + given.size()).toFile());
              return given.get(given.size() - 1);
            })) {
      for (int i = 0; i < 4_098; i++) {
        add(sorter, new Packed(i, 0, "a body"));
      }
      assertThatThrownBy(() -> read(sorter.sorted(), new ArrayList<>()))
          .isInstanceOf(EOFException.class)
          .hasMessage("A run ends within a record");
      assertThat(given).as("the partitions and two runs").hasSize(3);
    }
  }

  private static void cutLastByte(File file) {
    try {
      byte[] whole = Files.readAllBytes(file.toPath());
      Files.write(file.toPath(), Arrays.copyOf(whole, whole.length - 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long assertSorted(long memory, int count, LongSupplier hashes, LongSupplier orders)
      throws IOException {
    List<Packed> given = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      given.add(
          new Packed(hashes.getAsLong(), orders.getAsLong(), String.format("%08d", i % 1_000)));
    }
    return sortAndCompare(memory, given);
  }

  /** Gives the bytes that went to files. */
  private long sortAndCompare(long memory, List<Packed> given) throws IOException {
    List<Packed> got = new ArrayList<>();
    long written;
    try (RecordSorter sorter = sorter(memory)) {
      for (Packed packed : given) {
        add(sorter, packed);
      }
      read(sorter.sorted(), got);
      written = sorter.spilled();
      assertThat(written == 0).isEqualTo(memory == ROOMY);
    }
    assertThat(got).isSortedAccordingTo(Packed.BY_NUMBERS);
    Collections.sort(got);
    List<Packed> wanted = new ArrayList<>(given);
    Collections.sort(wanted);
    assertThat(got.equals(wanted)).isTrue();
    assertThat(folder.toFile().list()).isEmpty();
    return written;
  }

  private static void read(SortedRecords records, List<Packed> into) throws IOException {
    while (records.next()) {
      into.add(packed(records));
    }
  }

  private static Packed packed(SortedRecords records) {
    String body =
        new String(records.bytes(), records.offset(), records.length(), StandardCharsets.UTF_8);
    return new Packed(records.hash(), records.order(), body);
  }

  private RecordSorter sorter(long memory) {
    int[] files = new int[1];
    return new RecordSorter(memory, memory, () -> folder.resolve("run-" + files[0]++).toFile());
  }

  private static void add(RecordSorter sorter, Packed packed) throws IOException {
    byte[] body = packed.body().getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[PackedRecords.HEAD + body.length];
    PackedRecords.writeHead(bytes, 0, body.length, packed.hash(), packed.order());
    System.arraycopy(body, 0, bytes, PackedRecords.HEAD, body.length);
    sorter.add(bytes, bytes.length);
  }
}
