package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Turns the SQLSTATE of a failure (PostgreSQL manual, appendix A) into what a person can do about
 * it. The server's DETAIL is left out, because it quotes rows.
 */
final class SqlErrors {
  static final String UNIQUE_VIOLATION = "23505";
  static final String NOT_NULL_VIOLATION = "23502";
  static final String LOCK_NOT_AVAILABLE = "55P03";
  static final String INSUFFICIENT_PRIVILEGE = "42501";
  static final String UNDEFINED_TABLE = "42P01";

  private static final Pattern COPIED_LINE = Pattern.compile("COPY \\S+, line (\\d+)");

  private SqlErrors() {}

  /**
   * @param attempt what could not be done, such as {@code Cannot read table public.t}
   */
  static ErrataException of(SQLException failure, String attempt) {
    String state = state(failure);
    String said = said(failure);
    if (connectionLost(failure)) {
      return error(
          ErrorCode.UNAVAILABLE,
          attempt + ": the connection to the database failed (" + said + ")",
          "See that the database runs and can be reached from here, then give the command again.",
          failure);
    }
    switch (state) {
      case "28P01", "28000":
        return error(
            ErrorCode.FORBIDDEN,
            attempt + ": the database refused the user or the password (" + state + ")",
            "Correct table.jdbc.user and table.jdbc.password, or pg_hba.conf.",
            failure);
      case "3D000":
        return error(
            ErrorCode.INVALID_TABLE,
            attempt + ": there is no such database (" + said + ")",
            "Correct the database's name in table.jdbc.url.",
            failure);
      case INSUFFICIENT_PRIVILEGE:
        return lacksARight(
            failure,
            attempt,
            "Grant the role what it needs (docs/security.md has the SQL), or use another role.");
      case "25006":
        return error(
            ErrorCode.FORBIDDEN,
            attempt + ": the database takes no writes (" + said + ")",
            "Use the primary server's address, not a standby's, in table.jdbc.url.",
            failure);
      case LOCK_NOT_AVAILABLE:
        return error(
            ErrorCode.UNAVAILABLE,
            attempt + ": a lock was not to be had in time (" + said + ")",
            "Wait for the transaction that holds it to end, or raise the lock time-out.",
            failure);
      case "57014":
        return error(
            ErrorCode.UNAVAILABLE,
            attempt + ": a statement was cancelled (" + said + ")",
            "Raise the statement time-out, or ask who cancelled it.",
            failure);
      case "40001", "40P01":
        return error(
            ErrorCode.UNAVAILABLE,
            attempt + ": other transactions stood in the way each time (" + said + ")",
            "Give the command again when there is less traffic on these rows.",
            failure);
      case UNDEFINED_TABLE, "42703", "42P07":
        return error(
            ErrorCode.INVALID_TABLE,
            attempt + ": " + said,
            "Correct the table in the spec, or make a new plan if it was altered.",
            failure);
      default:
        break;
    }
    return switch (state.substring(0, 2)) {
      case "22" ->
          error(
              ErrorCode.INVALID_VALUE,
              attempt + ": a value does not fit (" + state + ")",
              "Correct the worker, or the column's type.",
              failure);
      case "23" ->
          error(
              ErrorCode.INVALID_TABLE,
              attempt
                  + ": a row would break "
                  + constraint(failure).map(name -> "constraint " + name).orElse("a constraint")
                  + " ("
                  + said
                  + ")",
              "Correct the worker or the constraint; nothing was written.",
              failure);
      case "54" ->
          error(
              ErrorCode.INVALID_TABLE,
              attempt + ": a row is beyond a limit of the database (" + said + ")",
              "Correct the worker or the table's indexes; nothing was written.",
              failure);
      case "53", "57", "58", "XX" ->
          error(
              ErrorCode.UNAVAILABLE,
              attempt + ": the database failed (" + state + ": " + said + ")",
              "See the database's log, then give the command again.",
              failure);
      default ->
          error(
              ErrorCode.UNAVAILABLE,
              attempt + ": the database refused it (" + state + ": " + said + ")",
              "See the message; nothing was written.",
              failure);
    };
  }

  /**
   * @param next what to do, such as the SQL that grants the right
   */
  static ErrataException lacksARight(SQLException failure, String attempt, String next) {
    return error(
        ErrorCode.FORBIDDEN, attempt + ": the role lacks a right: " + said(failure), next, failure);
  }

  /** Whether it can't be known from here what the server did last. */
  static boolean connectionLost(SQLException failure) {
    String state = state(failure);
    // Ended by an administrator, a crash, a start or shutdown, or a time-out for idle sessions.
    return state.startsWith("08")
        || state.equals("57P01")
        || state.equals("57P02")
        || state.equals("57P03")
        || state.equals("57P05")
        || state.equals("25P03")
        || state.equals("25P04");
  }

  /** Whether the whole transaction may succeed when it is tried again. */
  static boolean retryable(SQLException failure) {
    return state(failure).equals("40001") || state(failure).equals("40P01");
  }

  static boolean is(SQLException failure, String state) {
    return state(failure).equals(state);
  }

  static String state(SQLException failure) {
    // The driver gives none where it failed by itself, which for us is a connection that can't be
    // used.
    String state = failure.getSQLState();
    return state == null || state.length() != 5 ? "08000" : state;
  }

  /** Whether a value of a row is at fault; of those that break a constraint, one without a name. */
  static boolean valueRefused(SQLException failure) {
    return state(failure).startsWith("22")
        || state(failure).startsWith("54")
        || is(failure, NOT_NULL_VIOLATION);
  }

  /** The line of a COPY that the server stopped at, from 1; empty where it names none. */
  static Optional<Long> copiedLine(SQLException failure) {
    ServerErrorMessage server = server(failure);
    String where = server == null ? null : server.getWhere();
    Matcher line = COPIED_LINE.matcher(where == null ? "" : where);
    return line.find() ? Optional.of(Long.valueOf(line.group(1))) : Optional.empty();
  }

  /** The server's message without detail, or the driver's. */
  static String said(SQLException failure) {
    ServerErrorMessage server = server(failure);
    String message = server == null ? failure.getMessage() : server.getMessage();
    return message == null ? state(failure) : message;
  }

  static Optional<String> constraint(SQLException failure) {
    ServerErrorMessage server = server(failure);
    return server == null ? Optional.empty() : Optional.ofNullable(server.getConstraint());
  }

  private static @Nullable ServerErrorMessage server(SQLException failure) {
    return failure instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
  }

  private static ErrataException error(
      ErrorCode code, String message, String next, SQLException cause) {
    return new ErrataException(code, message, next, cause);
  }
}
