package io.errata.state.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.Bytes;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import io.errata.state.table.TableDescription;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CorrectionFileTest {
  private static final TableDescription TABLE = Tables.everyType();
  private static final RowSchema VALUES = TABLE.values();
  private static final String PATH = "corrections/part-0.parquet";

  private Path folder;

  @BeforeEach
  @BeforeTry
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory("corrections");
  }

  @AfterEach
  @AfterTry
  void removeFolder() {
    LocalPlanStorage.of(folder.getParent()).delete(folder.getFileName().toString());
  }

  @Property(tries = 60)
  void read_ofWritten_isTheSameInOrder(@ForAll("corrections") List<Correction> corrections)
      throws IOException {
    assertRoundTrip(TABLE, corrections);
  }

  @Test
  void read_ofAFileWithAChangedByte_isAnInvalidPlanAtWorst() throws IOException {
    PlanStorage plans = LocalPlanStorage.of(folder);
    EffectFileWriter writer = EffectFileWriter.open(plans, PATH);
    for (int i = 0; i < 5; i++) {
      writer.write(new EffectEntry("user_id=ann", "e" + i, "totals@2", "mail", "ann", "hello"));
    }
    writer.close();
    Path file = folder.resolve(PATH);
    byte[] whole = Files.readAllBytes(file);
    int refused = 0;
    for (int i = 0; i < whole.length; i += 3) {
      byte[] changed = whole.clone();
      changed[i] ^= (byte) (1 << i % 8);
      Files.write(file, changed);
      try (EntryReader<EffectEntry> reader =
          EntryFileReader.open(plans, PATH, new EffectFormat())) {
        while (reader.next().isPresent()) {
          continue; // a changed value is for the seal to find
        }
      } catch (ErrataException e) {
        assertThat(e.code()).as("byte " + i).isEqualTo(ErrorCode.INVALID_PLAN);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(whole.length / 12);
  }

  @Test
  void read_ofAFileThatTheStoreDoesNotGive_mayBeTriedAgain() throws IOException {
    Files.createDirectories(folder.resolve(PATH));
    assertThatThrownBy(
            () -> EntryFileReader.open(LocalPlanStorage.of(folder), PATH, new EffectFormat()))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
        .hasMessageStartingWith("Cannot read " + PATH + " of the plan: ");
  }

  @Test
  void read_ofHostileValues_isTheSame() throws IOException {
    Row extreme =
        row(
            "1-23,\"\n\t\\\u0000😀e\u0301",
            Long.MAX_VALUE,
            true,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            new BigDecimal("-9999999999999999999999999999999999.9999"),
            new BigDecimal(new BigInteger("7".repeat(1000)), 300),
            -0.0,
            "",
            Bytes.of(),
            LocalDate.of(-4713, 11, 24),
            Instant.EPOCH.plus(Long.MAX_VALUE, ChronoUnit.MICROS),
            new UUID(-1, 1));
    Row other =
        row(
            "",
            Long.MIN_VALUE,
            false,
            -1,
            0,
            new BigDecimal("9999999999999999999999999999999999.9999"),
            new BigDecimal("1E+5"),
            Double.NaN,
            null,
            Bytes.of((byte) 0, (byte) -1),
            LocalDate.of(5874897, 12, 31),
            Instant.EPOCH.plus(Long.MIN_VALUE, ChronoUnit.MICROS),
            new UUID(0, 0));
    Row nulls = row("k", 1L, null, null, null, null, null, null, null, null, null, null, null);
    Image image = new Image(Arrays.asList(null, "", "\u0000", "NULL", "\\N", "😀", "e\u0301"));
    Image none = new Image(Arrays.asList(new String[7]));
    assertRoundTrip(
        TABLE,
        List.of(
            new Correction.Insert(extreme),
            new Correction.Insert(nulls),
            new Correction.Delete(new LiveRow(other, image)),
            new Correction.Update(nulls, new LiveRow(nulls, none)),
            new Correction.Insert(with(nulls, "ratio", Double.NEGATIVE_INFINITY)),
            new Correction.Insert(with(nulls, "ratio", Double.MIN_VALUE)),
            new Correction.Insert(with(nulls, "ratio", 0.0)),
            new Correction.Insert(with(nulls, "ratio", -0.0))));
  }

  @Test
  void read_ofTableWithKeysAlone_isTheSame() throws IOException {
    Row ann = Row.of(Tables.keysOnly().values(), "ann");
    assertRoundTrip(
        Tables.keysOnly(),
        List.of(
            new Correction.Insert(ann),
            new Correction.Delete(new LiveRow(ann, new Image(List.of("ann"))))));
  }

  @Test
  void read_ofSeveralRowGroups_isTheSame() throws IOException {
    List<Correction> corrections = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      // Digests don't compress, so that this is more than one row group.
      String noise = (Digest.ofText("a" + i).hex() + Digest.ofText("b" + i).hex()).repeat(40);
      corrections.add(Plans.insert(noise, i));
    }
    assertRoundTrip(Tables.totals(), corrections);
  }

  @Test
  void write_ofDecimalThatDoesntFit_isRefusedAndNamesTheColumn() {
    CorrectionFileWriter writer =
        CorrectionFileWriter.open(LocalPlanStorage.of(folder), PATH, TABLE);
    Row nulls = row("k", 1L, null, null, null, null, null, null, null, null, null, null, null);
    for (String price : List.of("0.00001", "1E+34")) {
      assertThatThrownBy(
              () ->
                  writer.write(new Correction.Insert(with(nulls, "price", new BigDecimal(price)))))
          .isInstanceOf(ErrataException.class)
          .hasMessageContaining("a value of column price doesn't fit (numeric(38,4))");
    }
  }

  @Test
  void read_ofValuesThatAreNotThoseOfTheirDigest_isRefused() {
    PlanStorage storage = LocalPlanStorage.of(folder);
    CorrectionFormat format = new CorrectionFormat(Tables.totals());
    EntryFileWriter<DigestedCorrection> writer = EntryFileWriter.open(storage, PATH, format);
    writer.write(new DigestedCorrection(Plans.insert("ann", 1), Plans.insert("ann", 2).digest()));
    writer.close();
    assertThatThrownBy(() -> Plans.drain(EntryFileReader.open(storage, PATH, format)))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("its values are not those of its digest");
  }

  @Test
  void write_afterClose_isRefused() {
    CorrectionFileWriter writer =
        CorrectionFileWriter.open(LocalPlanStorage.of(folder), PATH, Tables.totals());
    assertThat(writer.close()).isEqualTo(writer.close());
    assertThatThrownBy(() -> writer.write(Plans.insert("ann", 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("it is closed");
  }

  private void assertRoundTrip(TableDescription table, List<Correction> corrections)
      throws IOException {
    PlanStorage storage = LocalPlanStorage.of(folder);
    CorrectionFileWriter writer = CorrectionFileWriter.open(storage, PATH, table);
    corrections.forEach(writer::write);
    CorrectionFileWriter.Part part = writer.close();

    List<Correction> read = new ArrayList<>();
    Plans.drain(EntryFileReader.open(storage, PATH, new CorrectionFormat(table)))
        .forEach(entry -> read.add(entry.correction()));
    assertThat(read).isEqualTo(corrections);

    byte[] content = Files.readAllBytes(folder.resolve(PATH));
    assertThat(part.file())
        .isEqualTo(
            new PlanFile(PATH, corrections.size(), content.length, Digest.of(content).hex()));
    assertThat(part.counts().total()).isEqualTo(corrections.size());
    assertThat(part.digest())
        .isEqualTo(
            corrections.stream()
                .map(Correction::digest)
                .reduce(SetDigest.EMPTY, SetDigest::add, SetDigest::combine));
  }

  @Provide
  Arbitrary<List<Correction>> corrections() {
    List<Arbitrary<Object>> columns =
        List.of(
            text().asGeneric(),
            Arbitraries.longs().asGeneric(),
            Arbitraries.of(true, false).asGeneric(),
            Arbitraries.integers().asGeneric(),
            Arbitraries.integers().asGeneric(),
            Arbitraries.bigIntegers().map(i -> new BigDecimal(i, 4)).asGeneric(),
            Combinators.combine(Arbitraries.bigIntegers(), Arbitraries.integers().between(-50, 500))
                .as(BigDecimal::new)
                .asGeneric(),
            Arbitraries.oneOf(
                    Arbitraries.doubles(),
                    Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY, -0.0, 0.0))
                .asGeneric(),
            text().asGeneric(),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(20).map(Bytes::of).asGeneric(),
            Arbitraries.integers().map(LocalDate::ofEpochDay).asGeneric(),
            Arbitraries.longs()
                .map(micros -> Instant.EPOCH.plus(micros, ChronoUnit.MICROS))
                .asGeneric(),
            Combinators.combine(Arbitraries.longs(), Arbitraries.longs())
                .as(UUID::new)
                .asGeneric());
    int keys = TABLE.key().size();
    List<Arbitrary<Object>> nullable = new ArrayList<>(columns.subList(0, keys));
    columns.subList(keys, columns.size()).forEach(column -> nullable.add(column.injectNull(0.2)));
    Arbitrary<Row> rows = Combinators.combine(nullable).as(values -> row(values.toArray()));
    Arbitrary<Image> images =
        text().injectNull(0.3).list().ofMinSize(1).ofMaxSize(14).map(Image::new);
    Arbitrary<LiveRow> live = Combinators.combine(rows, images).as(LiveRow::new);
    Arbitrary<Correction> inserts = rows.map(Correction.Insert::new);
    Arbitrary<Correction> deletes = live.map(Correction.Delete::new);
    Arbitrary<Correction> updates =
        Combinators.combine(rows, live)
            .as(
                (after, before) ->
                    new Correction.Update(
                        after,
                        new LiveRow(
                            after
                                .project(TABLE.key())
                                .concat(before.values().project(TABLE.compare())),
                            before.image())));
    return Arbitraries.oneOf(inserts, deletes, updates).list().ofMaxSize(30);
  }

  private static Arbitrary<String> text() {
    return Arbitraries.strings()
        .ofMaxLength(12)
        .filter(text -> text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF));
  }

  private static Row row(Object... values) {
    return Row.of(VALUES, values);
  }

  private static Row with(Row row, String column, Object value) {
    Object[] values = new Object[VALUES.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.value(i);
    }
    values[VALUES.ordinal(column)] = value;
    return row(values);
  }
}
