package io.errata.state.table.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableNameTest {
  @Test
  void name_isReadAsPostgresReadsIt() {
    assertThat(TableName.parse("Public.Daily_Totals"))
        .isEqualTo(new TableName(Optional.of("public"), "daily_totals"));
    assertThat(TableName.parse("\"Mixed Case\".\"T.1 \"\"x\"\"\""))
        .isEqualTo(new TableName(Optional.of("Mixed Case"), "T.1 \"x\""));
    assertThat(TableName.parse("t$1")).isEqualTo(new TableName(Optional.empty(), "t$1"));
  }

  @Test
  void name_thatIsNoneIsRefused() {
    for (String wrong :
        new String[] {
          "", "a.", ".a", "a.b.c", "\"open", "a-b", "1a", "\"\"", "a; drop", "\"a\"b"
        }) {
      assertThatThrownBy(() -> TableName.parse(wrong))
          .isInstanceOf(ErrataException.class)
          .hasMessageContaining("Cannot read table.name");
    }
  }
}
