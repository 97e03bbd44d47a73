package io.errata.state.table.csv;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.CorrectionReader;
import io.errata.state.table.Image;
import io.errata.state.table.WriteRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a plan, or its inverse, does to the rows of a file, by {@link CsvLayout#place}. */
final class CsvChanges {
  private final CsvLayout layout;
  private final CsvRowText text;
  private final WriteRequest request;
  private final String attempt;

  /**
   * @param attempt to begin the message of an error with
   */
  CsvChanges(CsvLayout layout, CsvRowText text, WriteRequest request, String attempt) {
    this.layout = layout;
    this.text = text;
    this.request = request;
    this.attempt = attempt;
  }

  /** The plan's corrections, in its order. */
  Map<String, CsvChange> ofApply() {
    return collect((digest, correction) -> Optional.of(applied(correction)));
  }

  /**
   * The inverse of the plan's corrections.
   *
   * @param written what the ledger has of the apply: of the rows that are not in it nothing was
   *     written, so nothing is undone. Empty where it is lost: then each row has to be as the plan
   *     would have written it
   */
  Map<String, CsvChange> ofRollback(Optional<Map<Digest, Optional<Digest>>> written) {
    return collect(
        (key, correction) -> {
          if (written.isEmpty()) {
            return Optional.of(undone(correction));
          }
          Optional<Digest> after = written.get().get(key);
          return after == null
              ? Optional.empty()
              : Optional.of(undone(correction, after.orElse(null)));
        });
  }

  private interface Change {
    Optional<CsvChange> of(Digest key, Correction correction);
  }

  private Map<String, CsvChange> collect(Change change) {
    Map<String, CsvChange> changes = new LinkedHashMap<>();
    CorrectionCounts counts = CorrectionCounts.NONE;
    SetDigest digest = SetDigest.EMPTY;
    try (CorrectionReader reader = request.corrections().open()) {
      for (Optional<Correction> next = reader.next(); next.isPresent(); next = reader.next()) {
        Correction correction = next.get();
        counts = counts.plus(CorrectionCounts.of(correction));
        digest = digest.add(correction.digest());
        String place = layout.place(key(correction));
        Optional<CsvChange> made = change.of(Digest.ofText(place), correction);
        if (made.isPresent() && changes.put(place, made.get()) != null) {
          throw unsealed();
        }
      }
    }
    if (!counts.equals(request.corrections().counts())
        || !digest.equals(request.corrections().digest())) {
      throw unsealed();
    }
    return changes;
  }

  private ErrataException unsealed() {
    return new ErrataException(
        ErrorCode.INVALID_PLAN,
        attempt + ": its corrections are not those that it was sealed with",
        "Plan again; nothing was written.");
  }

  private Row key(Correction correction) {
    return correction.key(layout.table().key());
  }

  private CsvChange applied(Correction correction) {
    if (correction instanceof Correction.Insert insert) {
      return new CsvChange(key(correction), null, null, insert.after(), null);
    }
    if (correction instanceof Correction.Update update) {
      return new CsvChange(
          key(correction), update.before().image().digest(), null, update.after(), null);
    }
    Correction.Delete delete = (Correction.Delete) correction;
    return new CsvChange(key(correction), delete.before().image().digest(), null, null, null);
  }

  private CsvChange undone(Correction correction, @Nullable Digest written) {
    if (correction instanceof Correction.Insert) {
      return new CsvChange(key(correction), written, null, null, null);
    }
    Image before =
        correction instanceof Correction.Update update
            ? update.before().image()
            : ((Correction.Delete) correction).before().image();
    return new CsvChange(key(correction), written, null, null, before);
  }

  private CsvChange undone(Correction correction) {
    if (correction instanceof Correction.Insert insert) {
      return new CsvChange(key(correction), null, insert.after(), null, null);
    }
    if (correction instanceof Correction.Update update) {
      Image before = update.before().image();
      Image written = new Image(text.updated(before.texts(), update.after()));
      return new CsvChange(key(correction), written.digest(), null, null, before);
    }
    return new CsvChange(
        key(correction), null, null, null, ((Correction.Delete) correction).before().image());
  }
}
