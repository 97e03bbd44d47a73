package io.errata.it.kafka;

import io.errata.connectors.WindowSource;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.archive.ArchiveWindowSource;
import io.errata.connectors.kafka.KafkaWindowSource;
import io.errata.connectors.stitch.StitchedWindowSource;
import io.errata.connectors.stitch.StitchedWindowSource.Use;
import io.errata.it.archive.ArchiveStore;
import io.errata.servers.KafkaServer;
import io.errata.testkit.EventStore;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Every other part in an archive, and the others in a topic; both are read in full. */
record StitchedStore(KafkaServer server, Path folder) implements EventStore {
  @Override
  public WindowSource source(List<Part> parts, List<LocalDate> days) throws Exception {
    List<Part> inFiles = new ArrayList<>();
    List<Part> inRecords = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      (i % 2 == 0 ? inFiles : inRecords).add(parts.get(i));
    }
    return new StitchedWindowSource(
        (ArchiveWindowSource) new ArchiveStore(folder, Format.PARQUET).source(inFiles, days),
        (KafkaWindowSource) new KafkaStore(server, RecordEncoding.JSON).source(inRecords, days),
        Use.BOTH);
  }

  @Override
  public boolean knowsDays() {
    return true;
  }
}
