package io.errata.connectors.archive;

import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.read.ReadPace;
import io.errata.fuzz.Budget;
import io.errata.fuzz.Declared;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.InputFile;

/**
 * Any bytes as a Parquet file, footer and pages: what is read without a gap is what the library's
 * own assembly of whole records finds.
 */
public final class ParquetFuzz {
  private static final FuzzedFile FILE = new FuzzedFile(Format.PARQUET, "a.parquet");

  private ParquetFuzz() {}

  public static void read(byte[] data) throws Exception {
    FuzzedFile.Content[] read = new FuzzedFile.Content[1];
    Budget.spend(() -> read[0] = run(data));
    if (read[0] != null && read[0].isWhole() && read[0].events().size() == read[0].read()) {
      compare(data, read[0]);
    }
  }

  private static FuzzedFile.Content run(byte[] data) throws Exception {
    Optional<FuzzedFile.Content> content = FILE.read(data);
    if (content.isEmpty()) {
      return null;
    }
    if (content.get().gaps().stream().anyMatch(gap -> gap.reason().contains("memory"))) {
      throw new AssertionError("Memory was short");
    }
    return content.get();
  }

  private static void compare(byte[] data, FuzzedFile.Content content) throws Exception {
    List<String> notes = new ArrayList<>();
    InputFile input =
        new ParquetInput(FILE.path().toUri().toString(), data.length, ReadPace.unlimited());
    try (ParquetReader<Group> reader = new Reader(input).build()) {
      for (Group row = reader.read(); row != null; row = reader.read()) {
        int note = row.getType().getFieldIndex("note");
        notes.add(row.getFieldRepetitionCount(note) == 0 ? "null" : row.getString(note, 0));
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      return; // it reads all columns, and not only those that are wanted
    }
    Declared.same("Its rows", notes.size(), content.events().size());
    for (int i = 0; i < notes.size(); i++) {
      EventRecord event = content.events().get(i);
      if (event.rejection().isEmpty()) {
        Declared.same("A text", notes.get(i), String.valueOf(event.payload(0)));
      }
    }
  }

  private static final class Reader extends ParquetReader.Builder<Group> {
    Reader(InputFile file) {
      super(file, new PlainParquetConfiguration());
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }
}
