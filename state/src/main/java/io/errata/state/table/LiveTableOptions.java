package io.errata.state.table;

import io.errata.api.Secret;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a live table is and what a spec says of it.
 *
 * @param url whose scheme picks the {@link LiveTableProvider}, such as {@code jdbc:postgresql://…}
 *     or {@code csv:/folder}
 * @param user or null for the database's default
 * @param password or null
 * @param name as the spec has it, such as {@code public.daily_totals}; of a CSV file its name in
 *     the folder
 * @param key the key columns
 * @param compare the compared columns
 * @param owns a predicate in the table's SQL for the rows that the window answers for, or null for
 *     the keys that it touches
 * @param set SQL expressions by column, written with a correction but not compared; in the spec's
 *     order
 * @param lockTimeout how long an apply waits for a lock
 * @param statementTimeout how long any one statement may take; zero for no limit
 * @param csv what is known of a CSV file, or null for any other store
 * @param load how busy the store may be before reading waits
 */
public record LiveTableOptions(
    String url,
    @Nullable String user,
    @Nullable Secret password,
    String name,
    List<String> key,
    List<String> compare,
    @Nullable String owns,
    Map<String, String> set,
    Duration lockTimeout,
    Duration statementTimeout,
    @Nullable CsvOptions csv,
    LoadLimits load)
    implements Serializable {
  public LiveTableOptions {
    key = List.copyOf(key);
    compare = List.copyOf(compare);
    set = Collections.unmodifiableMap(new LinkedHashMap<>(set));
  }

  /** A table that describes itself, as databases do. */
  public LiveTableOptions(
      String url,
      @Nullable String user,
      @Nullable Secret password,
      String name,
      List<String> key,
      List<String> compare,
      @Nullable String owns,
      Map<String, String> set,
      Duration lockTimeout,
      Duration statementTimeout) {
    this(url, user, password, name, key, compare, owns, set, lockTimeout, statementTimeout, null);
  }

  /** A table that is read however busy its store is. */
  public LiveTableOptions(
      String url,
      @Nullable String user,
      @Nullable Secret password,
      String name,
      List<String> key,
      List<String> compare,
      @Nullable String owns,
      Map<String, String> set,
      Duration lockTimeout,
      Duration statementTimeout,
      @Nullable CsvOptions csv) {
    this(
        url,
        user,
        password,
        name,
        key,
        compare,
        owns,
        set,
        lockTimeout,
        statementTimeout,
        csv,
        LoadLimits.NONE);
  }

  public Optional<String> ownsPredicate() {
    return Optional.ofNullable(owns);
  }

  /**
   * The URL without its parameters: for people and for plans. What stands in a parameter, whatever
   * its name, may have come from a secret.
   */
  public String location() {
    return url.replaceFirst("(?s)\\?.*", "");
  }

  public Optional<CsvOptions> csvOptions() {
    return Optional.ofNullable(csv);
  }

  /** The same table for one who lists no corrections. */
  public LiveTableOptions withoutCorrectionsFile() {
    return csv == null
        ? this
        : new LiveTableOptions(
            url,
            user,
            password,
            name,
            key,
            compare,
            owns,
            set,
            lockTimeout,
            statementTimeout,
            new CsvOptions(csv.delimiter(), csv.columns(), null),
            load);
  }

  /** The same table with other limits of load. */
  public LiveTableOptions withLoad(LoadLimits limits) {
    return new LiveTableOptions(
        url,
        user,
        password,
        name,
        key,
        compare,
        owns,
        set,
        lockTimeout,
        statementTimeout,
        csv,
        limits);
  }

  /** Without URL and user: a spec may take them from secrets. */
  @Override
  public String toString() {
    return "LiveTableOptions[name=" + name + ", key=" + key + ", compare=" + compare + "]";
  }
}
