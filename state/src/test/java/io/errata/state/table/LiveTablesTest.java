package io.errata.state.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveTablesTest {
  @Test
  void unknownScheme_isRefused_andBothKindsOfTablesNamed() {
    LiveTableOptions options =
        new LiveTableOptions(
            "jdbc:mysql://localhost/app?password=kanarienvogel",
            null,
            null,
            "totals",
            List.of("id"),
            List.of("total"),
            null,
            Map.of(),
            Duration.ofSeconds(1),
            Duration.ZERO);
    ErrataException refused =
        catchThrowableOfType(ErrataException.class, () -> LiveTables.open(options));
    assertThat(refused).hasMessage("Cannot open the live table: no store is known for jdbc:mysql:");
    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(refused.next()).contains("jdbc:postgresql:", "table.jdbc.url", "table.csv.path");
  }
}
