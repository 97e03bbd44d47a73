package io.errata.connectors.stitch;

import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.SourceShare;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitOpener;
import io.errata.connectors.read.SplitWindow;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is read of the archive, of Kafka, or of both, as one. */
final class StitchedWindow implements SplitWindow {
  private final @Nullable SplitWindow files;
  private final @Nullable SplitWindow records;
  private final List<SourceShare> shares;
  private final List<Gap> gaps;
  private final Supplier<Optional<String>> offer;

  /**
   * @param files null where the archive is not read; one of the two is there
   * @param records null where Kafka is not read
   * @param gaps what neither of them holds
   */
  StitchedWindow(
      @Nullable SplitWindow files,
      @Nullable SplitWindow records,
      List<SourceShare> shares,
      List<Gap> gaps) {
    this(files, records, shares, gaps, Optional::empty);
  }

  private StitchedWindow(
      @Nullable SplitWindow files,
      @Nullable SplitWindow records,
      List<SourceShare> shares,
      List<Gap> gaps,
      Supplier<Optional<String>> offer) {
    if (files == null && records == null) {
      throw new IllegalArgumentException("Cannot make a window of no source");
    }
    this.files = files;
    this.records = records;
    this.shares = List.copyOf(shares);
    this.gaps = List.copyOf(gaps);
    this.offer = offer;
  }

  /**
   * The same, saying of gaps what can be done.
   *
   * @param asked what holds the window after all; asked where there is a gap
   */
  StitchedWindow withOffer(Supplier<Optional<String>> asked) {
    List<Gap> told = gaps;
    if (!gaps.isEmpty()) {
      told = told(gaps, asked.get());
    }
    return new StitchedWindow(files, records, shares, told, asked);
  }

  private static List<Gap> told(List<Gap> gaps, Optional<String> next) {
    return next.isEmpty()
        ? gaps
        : gaps.stream()
            .map(gap -> new Gap(gap.input(), gap.reason() + " (" + next.get() + ")"))
            .toList();
  }

  /** Who holds it, with the verb. */
  String holders() {
    if (records == null) {
      return "the archive holds";
    }
    return files == null ? "Kafka holds" : "the archive and Kafka together hold";
  }

  private Stream<SplitWindow> parts() {
    return Stream.of(Optional.ofNullable(files), Optional.ofNullable(records))
        .flatMap(Optional::stream);
  }

  private <T> List<T> all(Function<SplitWindow, List<T>> of) {
    return parts().flatMap(part -> of.apply(part).stream()).toList();
  }

  @Override
  public EventSchema schema() {
    return parts().findFirst().orElseThrow().schema();
  }

  /** Kafka's first: what retention takes next should be read next. */
  @Override
  public List<ReadSplit> splits() {
    List<ReadSplit> splits = new ArrayList<>(records == null ? List.of() : records.splits());
    splits.addAll(files == null ? List.of() : files.splits());
    return List.copyOf(splits);
  }

  @Override
  public SplitOpener opener() {
    if (files == null || records == null) {
      return parts().findFirst().orElseThrow().opener();
    }
    return new StitchedOpener(files.opener(), records.opener(), names(records));
  }

  private static Set<String> names(SplitWindow of) {
    return of.inputs().stream().map(InputPart::name).collect(Collectors.toCollection(TreeSet::new));
  }

  @Override
  public List<InputPart> inputs() {
    return all(SplitWindow::inputs);
  }

  @Override
  public List<Gap> gaps() {
    return gaps;
  }

  @Override
  public List<SourceShare> shares() {
    return shares;
  }

  @Override
  public List<String> warnings(List<SplitReceipt> receipts) {
    return all(part -> part.warnings(receipts));
  }

  @Override
  public long estimatedEvents() {
    return parts().mapToLong(SplitWindow::estimatedEvents).sum();
  }

  @Override
  public List<Gap> confirm(List<SplitReceipt> receipts) {
    List<Gap> found = new ArrayList<>();
    for (SplitWindow part : parts().toList()) {
      // What was known before is in gaps already, as far as the other one doesn't hold it.
      List<Gap> fresh = new ArrayList<>(part.confirm(receipts));
      fresh.removeAll(part.gaps());
      found.addAll(fresh);
    }
    Set<Gap> missing = new LinkedHashSet<>(gaps);
    missing.addAll(found.isEmpty() ? found : told(found, offer.get()));
    return List.copyOf(missing);
  }
}
