package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.expression.Conditions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CSV and JSON Lines as people really write them. */
class TextFilesTest {
  private static final Window DAY =
      new Window(Instant.parse("2024-06-10T00:00:00Z"), Instant.parse("2024-06-11T00:00:00Z"));
  private static final String T = "2024-06-10T12:00:00Z";

  @TempDir Path folder;

  private static EventSchema schema(EventField... payload) {
    return new EventSchema("id", "ts", TimeUnit.MILLIS, null, List.of(), List.of(payload));
  }

  private Reading read(Format format, EventSchema schema) {
    return Reading.of(
        ArchiveOptions.of(folder.toString(), "", format), DAY, schema, Optional.empty());
  }

  private void write(String name, String text) throws IOException {
    Files.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void csv_quotesLineEndsBomAndEmptyFields() throws Exception {
    write(
        "a.csv",
        "\uFEFFid,ts,note,v\r\n1,"
            + T
            + ",\"a,\"\"b\"\"\nc\",1.50\r\n2,"
            + T
            + ",,2\r\n3,"
            + T
            + ",\"\",3\r\n4,1718020800000,é😀,-4e2");
    Reading reading =
        read(
            Format.CSV,
            schema(
                new EventField("note", ColumnType.TEXT), new EventField("v", ColumnType.DECIMAL)));

    assertThat(reading.gaps()).isEmpty();
    assertThat(reading.rejections()).isEmpty();
    assertThat(reading.ids()).containsExactly("1", "2", "3", "4");
    assertThat(reading.events().stream().map(event -> event.payload(0)))
        .containsExactly("a,\"b\"\nc", null, "", "é😀");
    assertThat(reading.events().get(0).payload(1)).isEqualTo(new BigDecimal("1.50"));
    assertThat(reading.events().get(3).time()).isEqualTo(Instant.parse(T));
  }

  @Test
  void csv_aRowWithAnotherNumberOfFieldsIsRejectedWithItsNumber() throws Exception {
    write("a.csv", "id,ts,v\n1," + T + ",1\n2," + T + "\n3," + T + ",3,4\n4," + T + ",4\n");
    Reading reading = read(Format.CSV, schema(new EventField("v", ColumnType.INT)));

    assertThat(reading.ids()).containsExactly("1", "?", "?", "4");
    assertThat(reading.rejections())
        .containsExactly(
            "Cannot decode row 1: it has 2 fields (the header has 3)",
            "Cannot decode row 2: it has 4 fields (the header has 3)");
    assertThat(reading.gaps()).isEmpty();
  }

  @Test
  void events_withoutAnIdAreToldApartByTheirPlace() throws Exception {
    EventSchema unnamed =
        new EventSchema(EventSchema.POSITION, "ts", TimeUnit.MILLIS, null, List.of(), List.of());
    String twice = "ts\n" + T + "\n" + T + "\n";
    Files.createDirectory(folder.resolve("x"));
    Files.createDirectory(folder.resolve("y"));
    write("x/a.csv", twice);
    write("y/a.csv", twice);

    assertThat(read(Format.CSV, unnamed).ids())
        .containsExactly(
            "x/a.csv@000000000000000",
            "x/a.csv@000000000000001",
            "y/a.csv@000000000000000",
            "y/a.csv@000000000000001");
    // A file alone is called by its name, wherever it lies.
    Reading one =
        Reading.of(
            ArchiveOptions.of(folder.resolve("x/a.csv").toString(), "", Format.CSV),
            DAY,
            unnamed,
            Optional.empty());
    assertThat(one.ids()).containsExactly("a.csv@000000000000000", "a.csv@000000000000001");
  }

  @Test
  void events_mayBeIdentifiedByTheirTime() throws Exception {
    write("a.csv", "ts,v\n" + T + ",1.5\n");
    EventSchema timed =
        new EventSchema(
            "ts",
            "ts",
            TimeUnit.MILLIS,
            null,
            List.of(),
            List.of(new EventField("v", ColumnType.DOUBLE)));
    assertThat(read(Format.CSV, timed).ids()).containsExactly(T);
    write("a.jsonl", "{\"ts\":\"" + T + "\",\"v\":1.5}\n");
    Files.delete(folder.resolve("a.csv"));
    assertThat(read(Format.JSONL, timed).ids()).containsExactly(T);
  }

  @Test
  void csv_anUnclosedQuoteIsAGap() throws Exception {
    write("a.csv", "id,ts\n1," + T + "\n2,\"" + T + "\n3," + T + "\n");
    Reading reading = read(Format.CSV, schema());

    assertThat(reading.ids()).containsExactly("1");
    assertThat(reading.gaps())
        .singleElement()
        .extracting(Gap::reason)
        .asString()
        .contains("a quote is not closed");
  }

  @Test
  void csv_aBrokenCharacterSpoilsItsFieldAlone() throws Exception {
    byte[] text =
        ("id,ts,note\n1," + T + ",ok\n2," + T + ",?\n3," + T + ",ok\n")
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < text.length; i++) {
      text[i] = text[i] == '?' ? (byte) 0xFF : text[i];
    }
    Files.write(folder.resolve("a.csv"), text);
    Reading reading = read(Format.CSV, schema(new EventField("note", ColumnType.TEXT)));

    assertThat(reading.ids()).containsExactly("1", "2", "3");
    assertThat(reading.rejections()).containsExactly("Cannot decode note: text that is not UTF-8");
  }

  @Test
  void csv_aMissingColumnIsNamedWithTheNearest() throws Exception {
    write("a.csv", "id,ts,amount\n1," + T + ",1\n");
    assertThatThrownBy(() -> read(Format.CSV, schema(new EventField("amuont", ColumnType.DECIMAL))))
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SOURCE);
              assertThat(e)
                  .hasMessageContaining("Cannot find field: amuont")
                  .hasMessageContaining("a.csv");
              assertThat(e.next()).isEqualTo("Did you mean amount?");
            });
    assertThatThrownBy(() -> read(Format.CSV, schema(new EventField("amount", ColumnType.BYTES))))
        .hasMessageContaining("Cannot convert field: amount (text in")
        .hasMessageContaining("wanted as BYTES");
  }

  @Test
  void json_nestedFieldsExactNumbersAndBadLines() throws Exception {
    String big = "123456789012345678901234567890.1234567890";
    write(
        "a.jsonl",
        "{\"id\":7,\"ts\":\""
            + T
            + "\",\"a\":{\"b\":"
            + big
            + "},\"x\":[1,{\"id\":0}]}\n"
            + "\n"
            + "{\"id\":\"8\",\"ts\":1718020800000,\"a\":null}\r\n"
            + "{\"id\":\"9\",\"ts\":\""
            + T
            + "\"\n"
            + "{\"id\":\"10\",\"id\":\"11\",\"ts\":\""
            + T
            + "\"}\n"
            + "{\"id\":\"12\",\"ts\":\""
            + T
            + "\"} {}\n"
            + "{\"id\":\"13\",\"ts\":\""
            + T
            + "\",\"a\":5}\n"
            + "{\"id\":\"14\",\"ts\":\""
            + T
            + "\",\"a\":{\"b\":\"1.5\"}}\n"
            + "[]\n"
            + "{\"id\":\"15\",\"ts\":\"2024-06-10T12:00:00\"}\n"
            + "{\"id\":null,\"ts\":\""
            + T
            + "\"}\n"
            + "{\"id\":\"\\ud800\",\"ts\":\""
            + T
            + "\"}");
    Reading reading = read(Format.JSONL, schema(new EventField("a.b", ColumnType.DECIMAL)));

    assertThat(reading.ids())
        .containsExactly("7", "8", "?", "?", "?", "13", "14", "?", "15", "?", "?");
    assertThat(reading.events().get(0).payload(0)).isEqualTo(new BigDecimal(big));
    assertThat(reading.events().get(1).payload(0)).isNull();
    assertThat(reading.events().get(6).payload(0)).isEqualTo(new BigDecimal("1.5"));
    assertThat(
            reading.rejections().stream().map(reason -> reason.replaceAll("byte [0-9]+", "byte N")))
        .containsExactly(
            "Cannot decode the line at byte N: not JSON",
            "Cannot decode the line at byte N: a field is there twice",
            "Cannot decode the line at byte N: something follows the JSON object",
            "Cannot decode a.b: what holds it is not an object",
            "Cannot decode the line at byte N: not a JSON object",
            "Cannot decode ts (the time): a time without a zone",
            "Cannot decode id (the id): it is missing",
            "Cannot decode id (the id): text with half of a surrogate pair");
    assertThat(reading.gaps()).isEmpty();
  }

  @Test
  void json_eachLineIsReadOnceWhereverTheFileIsCut() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      text.append("{\"id\":\"")
          .append(i)
          .append("\",\"ts\":\"")
          .append(T)
          .append("\"")
          .append(" ".repeat(i % 7))
          .append("}\n");
    }
    write("a.jsonl", text.toString());
    ArchiveFile file =
        ArchiveListing.all(ArchiveOptions.of(folder.toString(), "", Format.JSONL)).files().get(0);
    ReadRequest request = new ReadRequest(DAY, schema(), null, "");
    for (int size : new int[] {1, 2, 7, 33, 37, 38, 39, 40, 41, 42, 43, 44, 45, 100, 10_000}) {
      JsonLinesFormat format = new JsonLinesFormat(size);
      FileSummary summary = format.summarize(file, request);
      Reading reading =
          Reading.of(new ArchiveWindow(format, request, List.of(), List.of(), summary.splits(), 0));
      assertThat(reading.ids()).as("split size " + size).hasSize(40).doesNotHaveDuplicates();
      assertThat(reading.rejections()).isEmpty();
    }
  }

  @Test
  void json_aLongLineIsReadAndALongerOneThanTheLimitIsRejected() throws Exception {
    String pad = "x".repeat(50 << 20);
    String tooLong = "x".repeat((64 << 20) + 1);
    write(
        "a.jsonl",
        "{\"id\":\"1\",\"ts\":\""
            + T
            + "\",\"pad\":\""
            + pad
            + "\"}\n"
            + "{\"id\":\"2\",\"ts\":\""
            + T
            + "\",\"pad\":\""
            + tooLong
            + "\"}\n"
            + "{\"id\":\"3\",\"ts\":\""
            + T
            + "\"}\n");
    Reading reading = read(Format.JSONL, schema());

    assertThat(reading.ids()).containsExactly("1", "?", "3");
    assertThat(reading.rejections())
        .singleElement()
        .asString()
        .contains("longer than 67108864 bytes");
  }

  @Test
  void json_aFieldThatNoLineHasIsTakenForAMisspeltOne() throws Exception {
    write("a.jsonl", "{\"id\":\"1\",\"ts\":\"" + T + "\"}\n");
    write("b.jsonl", "{\"id\":\"2\",\"ts\":\"" + T + "\",\"rare\":1}\n");
    assertThat(read(Format.JSONL, schema(new EventField("rare", ColumnType.INT))).ids())
        .containsExactly("1", "2");
    assertThatThrownBy(() -> read(Format.JSONL, schema(new EventField("rear", ColumnType.INT))))
        .hasMessageContaining("Cannot find field: rear");
    assertThat(
            new ArchiveWindowSource(ArchiveOptions.of(folder.toString(), "", Format.JSONL))
                .naturalTypes(List.of("rare", "id")))
        .containsEntry("rare", ColumnType.DECIMAL)
        .containsEntry("id", ColumnType.TEXT);
  }

  @Test
  void gzip_cutOffGivesTheEventsBeforeAndAGap() throws Exception {
    StringBuilder text = new StringBuilder("id,ts\n");
    for (int i = 0; i < 20_000; i++) {
      text.append(i * 7_919L % 100_003).append(',').append(T).append('\n');
    }
    byte[] whole = gzip(text.toString());
    Files.write(folder.resolve("a.csv.gz"), Arrays.copyOf(whole, whole.length / 2));
    Reading reading = read(Format.CSV, schema());

    assertThat(reading.events()).hasSizeBetween(5_000, 15_000);
    assertThat(reading.gaps())
        .singleElement()
        .extracting(Gap::reason)
        .asString()
        .contains("gzip is cut off");
    assertThat(reading.rejections()).isEmpty();
  }

  @Test
  void gzip_severalMembersAreOneFileAndABrokenOneIsNoEnd() throws Exception {
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.write(gzip("{\"id\":\"1\",\"ts\":\"" + T + "\"}\n"));
    two.write(gzip("{\"id\":\"2\",\"ts\":\"" + T + "\"}\n"));
    Files.write(folder.resolve("a.jsonl.gz"), two.toByteArray());
    assertThat(read(Format.JSONL, schema()).ids()).containsExactly("1", "2");

    two.write("garbage".getBytes(StandardCharsets.UTF_8));
    Files.write(folder.resolve("a.jsonl.gz"), two.toByteArray());
    Reading reading = read(Format.JSONL, schema());
    assertThat(reading.ids()).containsExactly("1", "2");
    assertThat(reading.gaps())
        .singleElement()
        .extracting(Gap::reason)
        .asString()
        .contains("something else follows it");
  }

  @Test
  void gzip_whoseChecksumOrLengthIsAnotherIsAGap() throws Exception {
    byte[] whole = gzip("{\"id\":\"1\",\"ts\":\"" + T + "\"}\n");
    for (int fromTheEnd : List.of(8, 4)) {
      byte[] changed = whole.clone();
      changed[whole.length - fromTheEnd] ^= 1;
      Files.write(folder.resolve("a.jsonl.gz"), changed);

      assertThat(read(Format.JSONL, schema()).gaps())
          .singleElement()
          .extracting(Gap::reason)
          .asString()
          .contains("gzip is broken: its checksum doesn't hold");
    }
  }

  @Test
  void condition_thatCannotBeComputedEmitsTheEventWithARejection() throws Exception {
    write("a.csv", "id,ts,v\n1," + T + ",9223372036854775807\n2," + T + ",1\n");
    Reading reading =
        Reading.of(
            ArchiveOptions.of(folder.toString(), "", Format.CSV),
            DAY,
            schema(new EventField("v", ColumnType.LONG)),
            Optional.of(Conditions.parse("v + 1 > 2")));

    assertThat(reading.ids()).containsExactly("1");
    assertThat(reading.rejections())
        .singleElement()
        .asString()
        .contains("exceeds 64 bits")
        .doesNotContain("9223372036854775807");
    assertThat(reading.receipts().get(0).filtered()).isEqualTo(1);
    assertThat(reading.receipts().get(0).rejected()).isEqualTo(1);
  }

  @Test
  void condition_thatAnUnreadableFieldDecidesEmitsTheEventWithARejection() throws Exception {
    write(
        "a.jsonl",
        "{\"id\":\"1\",\"ts\":\""
            + T
            + "\",\"v\":\"abc\"}\n"
            + "{\"id\":\"2\",\"ts\":\""
            + T
            + "\",\"v\":1}\n"
            + "{\"id\":\"3\",\"ts\":\""
            + T
            + "\",\"v\":-1}\n"
            + "{\"id\":\"4\",\"ts\":\"2024-06-12T00:00:00Z\",\"v\":\"abc\"}\n");
    Reading reading =
        Reading.of(
            ArchiveOptions.of(folder.toString(), "", Format.JSONL),
            DAY,
            schema(new EventField("v", ColumnType.DECIMAL)),
            Optional.of(Conditions.parse("v > 0")));

    assertThat(reading.ids()).containsExactly("1", "2");
    assertThat(reading.rejections())
        .containsExactly("Cannot decode v: text that is not a decimal number");
    assertThat(reading.events().get(0).payload(0)).isInstanceOf(Unreadable.class);
    assertThat(reading.receipts().get(0).read()).isEqualTo(4);
    assertThat(reading.receipts().get(0).inWindow()).isEqualTo(3);
    assertThat(reading.receipts().get(0).filtered()).isEqualTo(1);
    assertThat(reading.receipts().get(0).rejected()).isEqualTo(1);
  }

  @Test
  void file_replacedOrDeletedAfterItWasResolvedIsAGap() throws Exception {
    write("a.csv", "id,ts\n1," + T + "\n");
    write("b.csv", "id,ts\n2," + T + "\n");
    write("c.csv", "id,ts\n3," + T + "\n");
    ArchiveWindow window =
        (ArchiveWindow)
            new ArchiveWindowSource(ArchiveOptions.of(folder.toString(), "", Format.CSV))
                .resolve(DAY, schema(), Optional.empty());
    Path replaced = folder.resolve("a.csv");
    FileTime before = Files.getLastModifiedTime(replaced);
    write("a.csv", "id,ts\n9," + T + "\n");
    Files.setLastModifiedTime(replaced, FileTime.fromMillis(before.toMillis() + 1_000));
    Files.delete(folder.resolve("b.csv"));
    Reading reading = Reading.of(window);

    assertThat(reading.ids()).containsExactly("3");
    assertThat(reading.gaps().stream().map(Gap::reason))
        .satisfiesExactly(
            reason -> assertThat(reason).startsWith("replaced while the plan was made"),
            reason -> assertThat(reason).isEqualTo("deleted while the plan was made"));
  }

  @Test
  void file_replacedWhileItIsReadIsAGap() throws Exception {
    write("a.csv", "id,ts\n1," + T + "\n2," + T + "\n");
    ArchiveWindow window =
        (ArchiveWindow)
            new ArchiveWindowSource(ArchiveOptions.of(folder.toString(), "", Format.CSV))
                .resolve(DAY, schema(), Optional.empty());
    try (ArchiveCursor cursor =
        new ArchiveCursor(window.format(), window.request(), window.splits().get(0))) {
      assertThat(cursor.next()).isInstanceOf(EventRecord.class);
      Path replaced = folder.resolve("a.csv");
      Files.setLastModifiedTime(
          replaced, FileTime.fromMillis(Files.getLastModifiedTime(replaced).toMillis() + 1_000));
      assertThat(cursor.next()).isInstanceOf(EventRecord.class);

      assertThat(cursor.next())
          .isInstanceOfSatisfying(
              SplitReceipt.class,
              receipt -> assertThat(receipt.gap()).startsWith("replaced while the plan was made"));
    }
  }

  @Test
  void listing_leavesOutWhatOthersAreStillWriting() throws Exception {
    for (String name :
        List.of(
            "_SUCCESS",
            ".hidden.csv",
            "_temporary",
            "x.csv.tmp",
            "part-0.csv.inprogress.abc",
            ".a.csv.crc")) {
      write(name, "rubbish");
    }
    Files.createDirectories(folder.resolve("_delta_log"));
    write("_delta_log/0.csv", "rubbish");
    write("empty.csv", "");
    Files.createDirectories(folder.resolve("hour=12"));
    write("hour=12/b.csv", "id,ts\n2," + T + "\n");
    write("a.csv", "id,ts\n1," + T + "\n");
    Reading reading = read(Format.CSV, schema());

    assertThat(reading.ids()).containsExactly("1", "2");
    assertThat(reading.gaps())
        .singleElement()
        .extracting(Gap::reason)
        .isEqualTo("the file has 0 bytes");
    assertThat(reading.window().inputs())
        .hasSize(2)
        .allSatisfy(part -> assertThat(part.generation()).isNotEmpty());
  }

  @Test
  void path_thatIsNotThereOrHasNoFileSystemIsAnInvalidSource() {
    for (String path : List.of(folder.resolve("nothing").toString(), "nonsense://bucket/x")) {
      assertThatThrownBy(
              () ->
                  new ArchiveWindowSource(ArchiveOptions.of(path, "", Format.CSV))
                      .resolve(DAY, schema(), Optional.empty()))
          .isInstanceOfSatisfying(
              ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SOURCE))
          .hasMessageStartingWith("Cannot read archive: " + path);
    }
  }

  @Test
  void event_ofMissingOrUnreadableTimeIsNeverDropped() throws Exception {
    write("a.csv", "id,ts\n1,\n2,yesterday\n3," + T + "\n");
    Reading reading = read(Format.CSV, schema());
    List<String> known = new ArrayList<>();
    for (EventRecord event : reading.events()) {
      known.add(event.id() + " " + event.knownTime().isPresent());
    }
    assertThat(known).containsExactly("1 false", "2 false", "3 true");
    assertThat(reading.rejections())
        .containsExactly(
            "Cannot decode ts (the time): it is missing",
            "Cannot decode ts (the time): text that is not a time like 2024-06-10T12:00:00Z");
  }
}
