package io.errata.testkit;

import io.errata.state.table.LiveTableOptions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A store of live tables under test. It makes tables, and plays the live traffic that Errata knows
 * nothing of: each call is committed when it returns. Values are texts as PostgreSQL prints them.
 */
public interface LiveStore extends AutoCloseable {

  /** What a store may lack. The contract then asks for a refusal, or leaves the case out. */
  enum Feature {
    /** SQL predicates in {@code owns}; without it: INVALID_SPEC when the snapshot is opened. */
    OWNS,
    /** SQL expressions in {@code set}; without it: INVALID_SPEC when the table is described. */
    SET,
    /** Generated and identity columns. */
    GENERATED,
    /**
     * Constraints that make a key unique; without them: INVALID_TABLE where two rows have one key,
     * when the snapshot is opened.
     */
    CONSTRAINTS,
    /**
     * A moment that can be held while others write; without it: UNAVAILABLE when a part is read
     * that has changed since.
     */
    HELD_SNAPSHOT,
    /** Columns of types that Errata can't compute with: jsonb, arrays. */
    OTHER_TYPES
  }

  Set<Feature> features();

  /** Makes a table without rows. */
  void create(StoredTable table);

  /** How a spec would name the table, without {@code owns} and {@code set}. */
  LiveTableOptions options(StoredTable table);

  /** Adds rows; a column that a row doesn't name gets its default or null. */
  void insert(StoredTable table, List<Map<String, @Nullable String>> rows);

  /** Changes columns of one row. */
  void update(StoredTable table, Map<String, String> key, Map<String, @Nullable String> changes);

  /** Removes one row. */
  void delete(StoredTable table, Map<String, String> key);

  /**
   * All rows, each with the texts of all columns in order; in the order of the texts of the key.
   */
  List<List<@Nullable String>> rows(StoredTable table);

  /**
   * Drops a column that is neither key nor compared, or adds one: anything that changes the
   * fingerprint.
   */
  void changeSchema(StoredTable table);

  @Override
  void close();
}
