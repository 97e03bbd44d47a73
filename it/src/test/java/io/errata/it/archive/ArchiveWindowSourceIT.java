package io.errata.it.archive;

import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.testkit.EventStore;
import io.errata.testkit.WindowSourceContract;
import java.nio.file.Path;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The archive does what every event source does, in each format. */
class ArchiveWindowSourceIT {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @Nested
  class Parquet extends Contract {
    Parquet() {
      super(Format.PARQUET);
    }
  }

  @Nested
  class Avro extends Contract {
    Avro() {
      super(Format.AVRO);
    }
  }

  @Nested
  class Csv extends Contract {
    Csv() {
      super(Format.CSV);
    }
  }

  @Nested
  class JsonLines extends Contract {
    JsonLines() {
      super(Format.JSONL);
    }
  }

  abstract static class Contract extends WindowSourceContract {
    private final Format format;

    @TempDir Path folder;

    Contract(Format format) {
      this.format = format;
    }

    @Override
    protected EventStore openStore() {
      return new ArchiveStore(folder, format);
    }
  }
}
