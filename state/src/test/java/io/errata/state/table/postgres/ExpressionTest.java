package io.errata.state.table.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "day >= date '2024-06-10' and day < date '2024-06-11'",
        "user_id in (select id from tenants where name = 'a;b')",
        "note <> ';--' and note ~ '^[a-z ]+$' and $q$'$q$ <> '('",
        "\"a\"\"b;\" = 1",
        "tags[1] = 'x' and a$b = $$)$$",
        "now()",
        "pg_catalog.now()",
        "greatest(updated_at, now())",
        "nextval('versions')",
        "note = 'pg_sleep(1)'",
        "pg_sleep = 1",
        "case when total > 0 then 'E' else '' end",
        "extract(epoch from day) > 1e6",
        "select max(loaded_to) from loads, sources",
        "(user_id, day) in (('a', date '2024-06-10'), ('b', '2024-06-11')) and tags[1, 2] = '{}'"
      })
  void expression_isKeptAsItStandsInParentheses(String sql) {
    assertThat(Expression.of("table.owns", sql)).isEqualTo("(" + sql + ")");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true); drop table t; --|a parenthesis is closed that was not opened",
        "true) or (true|a parenthesis is closed that was not opened",
        "(true|a parenthesis is not closed",
        "true; drop table t|it has a semicolon",
        "true -- rest|it has a comment",
        "true /* rest|it has a comment",
        "E'\\'' = ''|it has an escape string",
        "e'\\' or true'|it has an escape string",
        "U&'\\003B' = ''|it has Unicode escapes",
        "U&\"\\0070g_sleep\"(1)|it has Unicode escapes",
        "note = 'open|a quote is not closed",
        "\"open|a quote is not closed",
        "$q$open|a quote is not closed",
        "$|it has a dollar sign",
        "$1$) or (true$1$|it has a dollar sign",
        "$q$\0$q$ = note|it has a NUL character",
        "note = '\0'|it has a NUL character",
        "'y', total = 0|it is more than one, with a comma between",
        "1$$($$) or (true|a parenthesis is closed that was not opened",
      })
  void textThatIsNotOneExpression_isRefused(String sql, String reason) {
    assertThatThrownBy(() -> Expression.of("table.owns", sql))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SPEC))
        .hasMessageStartingWith("Cannot use table.owns: ")
        .hasMessageContaining(reason)
        .hasMessageEndingWith("(one SQL expression)");
  }

  @Test
  void nulCharacter_isRefused() {
    for (String sql : new String[] {"a\0", "'a\0'", "\"a\0\""}) {
      assertThatThrownBy(() -> Expression.of("table.owns", sql))
          .isInstanceOf(ErrataException.class)
          .hasMessageContaining("NUL character");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pg_sleep(10) is null|pg_sleep",
        "PG_Sleep (10) is null|pg_sleep",
        "\"pg_sleep\"(10) is null|pg_sleep",
        "pg_catalog.pg_read_file('/etc/passwd') = ''|pg_read_file",
        "pg_catalog . \"pg_ls_dir\" ('/') = ''|pg_ls_dir",
        "lo_import('/etc/passwd') > 0|lo_import",
        "lowrite(0, '') > 0|lowrite",
        "dblink_exec('host=h', 'drop table t') = ''|dblink_exec",
        "public.dblink('host=h', 'select 1') is null|dblink",
        "set_config('default_transaction_read_only', 'off', false) = ''|set_config",
        "setval('versions', 1) > 0|setval",
        "pg_terminate_backend(1)|pg_terminate_backend",
        "pg_advisory_lock(1) is null|pg_advisory_lock",
        "query_to_xml('select harm()', true, false, '') is null|query_to_xml",
        "table_to_xml_and_xmlschema('t', true, false, '') is null|table_to_xml_and_xmlschema",
      })
  void functionThatReachesBeyondTheRows_isRefused(String sql, String function) {
    assertThatThrownBy(() -> Expression.of("table.set.note", sql))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SPEC))
        .hasMessage(
            "Cannot use table.set.note: it calls "
                + function
                + ", which reaches beyond the rows of the table (one SQL expression)");
  }
}
