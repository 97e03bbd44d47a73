package io.errata.state.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineFileTest {
  private static final String PATH = "quarantine/part.parquet";
  private static final QuarantineEntry WITHOUT_BYTES =
      new QuarantineEntry("user_id=eve", "t3:eve", "e1", "a.parquet", 7, "it has no amount");
  private static final QuarantineEntry WITH_BYTES =
      new QuarantineEntry(
          null,
          null,
          null,
          "payments-3",
          8,
          "it is not JSON",
          Bytes.of((byte) 0, (byte) -1),
          70_000,
          Bytes.of((byte) 7));

  @TempDir private Path folder;
  private PlanStorage storage;

  @BeforeEach
  void open() {
    storage = LocalPlanStorage.of(folder);
  }

  private void write(EntryFormat<QuarantineEntry> format, QuarantineEntry... entries) {
    EntryFileWriter<QuarantineEntry> writer = EntryFileWriter.open(storage, PATH, format);
    for (QuarantineEntry entry : entries) {
      writer.write(entry);
    }
    writer.close();
  }

  private List<QuarantineEntry> read(EntryFormat<QuarantineEntry> format) {
    return Plans.drain(EntryFileReader.open(storage, PATH, format));
  }

  @Test
  void entries_areReadAsTheyWereWritten() {
    write(QuarantineFormat.whole(), WITH_BYTES, WITHOUT_BYTES);
    assertThat(read(QuarantineFormat.whole())).containsExactly(WITH_BYTES, WITHOUT_BYTES);
  }

  @Test
  void bytes_areNotReadUnlessTheyAreAskedFor() {
    write(QuarantineFormat.whole(), WITH_BYTES, WITHOUT_BYTES);
    assertThat(read(QuarantineFormat.described()))
        .containsExactly(
            new QuarantineEntry(null, null, null, "payments-3", 8, "it is not JSON"),
            WITHOUT_BYTES);
  }

  @Test
  void fileOfTheFirstPlans_isReadWithoutBytes() {
    write(new Older(), WITHOUT_BYTES);
    assertThat(read(QuarantineFormat.whole())).containsExactly(WITHOUT_BYTES);
    assertThat(read(QuarantineFormat.described())).containsExactly(WITHOUT_BYTES);
  }

  @Test
  void largeEntries_areNotHeldInMemoryByTheHundred() throws IOException {
    Random random = new Random(1);
    QuarantineFileWriter writer = QuarantineFileWriter.open(storage, PATH);
    for (int i = 0; i < 40; i++) {
      byte[] bytes = new byte[i < 20 ? 10 : 2 << 20];
      random.nextBytes(bytes);
      writer.write(
          new QuarantineEntry(
              null, null, null, "a", i, "no JSON", Bytes.of(bytes), bytes.length, null));
    }
    writer.close();
    try (ParquetFileReader file =
        ParquetFileReader.open(new LocalInputFile(folder.resolve(PATH)))) {
      assertThat(file.getRowGroups())
          .as("a group of rows is as much as a task holds in memory")
          .extracting(BlockMetaData::getTotalByteSize)
          .allSatisfy(size -> assertThat(size).isLessThan(12L << 20));
    }
  }

  /** What plans had before they kept the bytes. */
  private static final class Older implements EntryFormat<QuarantineEntry> {
    @Override
    public MessageType schema() {
      MessageType now = QuarantineFormat.whole().schema();
      return new MessageType(now.getName(), now.getFields().subList(0, 6));
    }

    @Override
    public void write(QuarantineEntry entry, Group record) {
      TextColumns.write(record, "key", entry.key());
      TextColumns.write(record, "key_form", entry.keyForm());
      TextColumns.write(record, "event_id", entry.eventId());
      record.add("source", entry.source());
      record.add("offset", entry.offset());
      record.add("reason", entry.reason());
    }

    @Override
    public QuarantineEntry read(Group record) {
      throw new UnsupportedOperationException();
    }
  }
}
