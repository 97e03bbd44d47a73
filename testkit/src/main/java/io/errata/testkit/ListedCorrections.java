package io.errata.testkit;

import io.errata.state.digest.SetDigest;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.CorrectionReader;
import io.errata.state.plan.CorrectionSource;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The corrections of a plan that was never written to a directory. */
public record ListedCorrections(List<Correction> corrections) implements CorrectionSource {
  public ListedCorrections {
    corrections = List.copyOf(corrections);
  }

  @Override
  public CorrectionCounts counts() {
    CorrectionCounts counts = CorrectionCounts.NONE;
    for (Correction correction : corrections) {
      counts =
          counts.plus(
              new CorrectionCounts(
                  correction instanceof Correction.Insert ? 1 : 0,
                  correction instanceof Correction.Update ? 1 : 0,
                  correction instanceof Correction.Delete ? 1 : 0));
    }
    return counts;
  }

  @Override
  public SetDigest digest() {
    SetDigest digest = SetDigest.EMPTY;
    for (Correction correction : corrections) {
      digest = digest.add(correction.digest());
    }
    return digest;
  }

  @Override
  public CorrectionReader open() {
    Iterator<Correction> iterator = corrections.iterator();
    return new CorrectionReader() {
      @Override
      public Optional<Correction> next() {
        return iterator.hasNext() ? Optional.of(iterator.next()) : Optional.empty();
      }

      @Override
      public void close() {}
    };
  }
}
