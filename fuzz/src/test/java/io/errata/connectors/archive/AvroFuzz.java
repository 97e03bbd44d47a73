package io.errata.connectors.archive;

import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.read.ReadPace;
import io.errata.fuzz.Budget;
import io.errata.fuzz.Declared;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.SeekableByteArrayInput;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/**
 * Any bytes as an Avro container file: what is read without a gap is what Avro's own reader finds,
 * and it doesn't matter where the file is cut into splits.
 */
public final class AvroFuzz {
  private static final FuzzedFile FILE = new FuzzedFile(Format.AVRO, "a.avro");

  private AvroFuzz() {}

  public static void read(byte[] data) throws Exception {
    FuzzedFile.Content[] read = new FuzzedFile.Content[1];
    Budget.spend(() -> read[0] = run(data));
    // Outside of the budget: Avro's own reader believes what a length says.
    if (read[0] != null && read[0].isWhole() && !read[0].receipts().isEmpty()) {
      compare(data, read[0]);
    }
  }

  private static FuzzedFile.Content run(byte[] data) throws Exception {
    Optional<FuzzedFile.Content> content = FILE.read(data);
    if (content.isEmpty()) {
      return null;
    }
    content.get().requireClearGaps();
    if (content.get().isWhole() && data.length > 0 && markersAreClear(data)) {
      int split = Math.max(1 + data.length / 40, 1 + (data[data.length - 1] & 0x3F));
      FuzzedFile.Content cut = FILE.readBy(new AvroFormat(split));
      Declared.same("Cut after " + split + " bytes", content.get().lines(), cut.lines());
      Declared.same("Rows, cut", content.get().read(), cut.read());
    }
    return content.get();
  }

  /**
   * Whether the sync marker is nowhere but between blocks. Writers make it by chance, so that this
   * is so; where it isn't, no reader can tell from the middle of a file where a block begins.
   */
  private static boolean markersAreClear(byte[] data) throws IOException {
    try (AvroStream in =
        new AvroStream(
            StoreInput.open(FILE.path().toString(), ReadPace.unlimited()), data.length)) {
      byte[] marker = AvroHeader.read(in).sync();
      int expected = 1;
      for (; !in.isAtEnd(); expected++) {
        in.nextLong();
        in.nextBytes(in.nextLong() + marker.length);
      }
      int found = 0;
      for (int i = 0; i + marker.length <= data.length; i++) {
        found += Arrays.equals(data, i, i + marker.length, marker, 0, marker.length) ? 1 : 0;
      }
      return found == expected;
    }
  }

  private static void compare(byte[] data, FuzzedFile.Content content) {
    List<String> ids = new ArrayList<>();
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(new SeekableByteArrayInput(data), new GenericDatumReader<>())) {
      while (reader.hasNext()) {
        ids.add(String.valueOf(reader.next().get("id")));
      }
    } catch (IOException
        | AvroRuntimeException
        | IllegalArgumentException
        | ClassCastException
        | IndexOutOfBoundsException
        | NegativeArraySizeException
        | NullPointerException
        | UnsupportedOperationException
        | OutOfMemoryError e) {
      return; // it is stricter in what a header may hold, and no model of clear errors
    }
    Declared.same("Its rows", (long) ids.size(), content.read());
    if (content.events().size() == ids.size()) {
      for (int i = 0; i < ids.size(); i++) {
        EventRecord event = content.events().get(i);
        if (event.rejection().isEmpty() && event.knownId().isPresent()) {
          Declared.same("An id", ids.get(i), event.knownId().get());
        }
      }
    }
  }
}
