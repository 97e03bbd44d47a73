package io.errata.it.archive;

import io.errata.connectors.WindowSource;
import io.errata.connectors.archive.ArchiveOptions;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.archive.ArchiveWindowSource;
import io.errata.testkit.EventStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/** Events in files below a folder, by day. */
public record ArchiveStore(Path folder, Format format) implements EventStore {
  @Override
  public WindowSource source(List<Part> parts, List<LocalDate> days) throws Exception {
    for (LocalDate day : days) {
      Files.createDirectories(folder.resolve("date=" + day));
    }
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      Path file =
          folder
              .resolve("date=" + part.day())
              .resolve("part-" + i + "." + format.name().toLowerCase(Locale.ROOT));
      switch (format) {
        case PARQUET -> EventFiles.writeParquet(file, part.rows());
        case AVRO -> EventFiles.writeAvro(file, part.rows());
        case CSV -> EventFiles.writeCsv(file, part.rows());
        case JSONL -> EventFiles.writeJsonLines(file, part.rows());
      }
    }
    return new ArchiveWindowSource(ArchiveOptions.of(folder.toString(), "date=%Y-%m-%d", format));
  }

  @Override
  public boolean knowsDays() {
    return true;
  }
}
