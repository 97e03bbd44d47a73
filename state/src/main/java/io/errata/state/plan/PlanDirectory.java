package io.errata.state.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.digest.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A plan: an immutable folder with the corrections and all the evidence. It exists from the moment
 * that its {@code manifest.json} does, which is written last. Thread-safe; its readers are not.
 */
public final class PlanDirectory {
  /** The folder of the files of corrections. */
  public static final String CORRECTIONS = "corrections";

  /** The folder of the files of quarantined events. */
  public static final String QUARANTINE = "quarantine";

  /** The folder of the files of suppressed effects. */
  public static final String EFFECTS = "effects";

  /** The file with all that a plan says of itself. */
  public static final String MANIFEST = "manifest.json";

  private static final List<String> FOLDERS = List.of(CORRECTIONS, QUARANTINE, EFFECTS);

  private final PlanStorage storage;
  private final String prefix;
  private final String location;
  private final PlanManifestJson.Sealed sealed;

  private PlanDirectory(PlanStorage storage, String prefix, PlanManifestJson.Sealed sealed) {
    this.storage = storage;
    this.prefix = prefix;
    this.location =
        prefix.isEmpty()
            ? storage.location()
            : storage.location() + "/" + prefix.substring(0, prefix.length() - 1);
    this.sealed = sealed;
  }

  /**
   * Reads the manifest of the plan that lies in a folder.
   *
   * @param storage whose folder is the plan's
   * @throws ErrataException INVALID_PLAN where there is no manifest, or it is of another format or
   *     was changed; UNAVAILABLE where it can't be read
   */
  public static PlanDirectory open(PlanStorage storage) {
    return open(storage, "", storage.location());
  }

  /**
   * Reads the manifest of one of the plans of a folder.
   *
   * @param plans whose folder holds plans
   * @param plan the plan's id
   * @throws ErrataException as {@link #open(PlanStorage)}
   */
  public static PlanDirectory open(PlanStorage plans, String plan) {
    return open(plans, PlanPath.check(plan) + "/", plans.location() + "/" + plan);
  }

  /**
   * Ids of the plans of a folder, in order. Folders that aren't plans, or not yet, are left out.
   */
  public static List<String> find(PlanStorage plans) {
    return plans.folders("").stream()
        .filter(folder -> folder.matches("[0-9a-f]{" + PlanId.LENGTH + "}"))
        .filter(folder -> plans.exists(folder + "/" + MANIFEST))
        .toList();
  }

  /**
   * Makes a plan of files that were written to a staging folder, and removes that folder. The plan
   * exists from its very last step; where this fails before, there is either no plan of that id or
   * the one that was there, and the next call cleans up.
   *
   * <p>A plan of the same id that is there already would do the same. It is kept where it also says
   * the same: same spec, table, counts, coverage, limits and quarantine. Otherwise the new one
   * takes its place, as a run is answered by what it found and not by what an earlier one did: an
   * old plan without corrections must not stand for a new one that has none because of its
   * quarantine.
   *
   * @param plans whose folder holds plans
   * @param stagingFolder the folder in it with exactly the files that the manifest lists
   * @param manifest of the plan; its {@link PlanManifest#plan()} names the plan's folder
   * @return the plan that is now there
   * @throws ErrataException UNAVAILABLE where the storage fails
   * @throws IllegalArgumentException where id, manifest and files don't fit together
   */
  public static PlanDirectory seal(PlanStorage plans, String stagingFolder, PlanManifest manifest) {
    check(plans, stagingFolder, manifest);
    String folder = manifest.plan();
    String target = folder + "/" + MANIFEST;
    if (plans.exists(target)) {
      PlanDirectory kept = keep(plans, manifest);
      if (kept != null) {
        plans.delete(stagingFolder);
        return kept;
      }
      // First of all, so that a plan which is being replaced is none.
      plans.delete(target);
    }
    plans.delete(folder);
    for (PlanFile file : manifest.files()) {
      plans.move(stagingFolder + "/" + file.path(), folder + "/" + file.path());
    }
    PlanManifestJson.Sealed sealed = PlanManifestJson.seal(manifest);
    // Written aside and moved, as a file system may show a file before all of it is there.
    String aside = stagingFolder + "/" + MANIFEST;
    try (OutputStream out = plans.write(aside)) {
      out.write(sealed.json().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unavailable("write", plans.location() + "/" + aside, e);
    }
    plans.move(aside, target);
    plans.delete(stagingFolder);
    PlanDirectory plan = new PlanDirectory(plans, folder + "/", sealed);
    plan.requireItsFiles();
    return plan;
  }

  /**
   * What lies in a staging folder, before it is sealed: for reports and checks, not a plan yet.
   *
   * @param plans whose folder holds plans
   * @param stagingFolder the folder in it with the files that the manifest lists
   */
  public static PlanDirectory staged(
      PlanStorage plans, String stagingFolder, PlanManifest manifest) {
    return new PlanDirectory(plans, stagingFolder + "/", PlanManifestJson.seal(manifest));
  }

  /** The folder, for messages. */
  public String location() {
    return location;
  }

  public PlanManifest manifest() {
    return sealed.manifest();
  }

  /** The digest of the manifest and, through it, of every file: 64 hexadecimal digits. */
  public String seal() {
    return sealed.seal();
  }

  /**
   * Reads every file again and compares it with the manifest.
   *
   * @throws ErrataException INVALID_PLAN, naming the file, where one is missing, was changed or
   *     added, or where the id isn't that of what the manifest says; UNAVAILABLE where one can't be
   *     read
   */
  public void verifySeal() {
    PlanManifest manifest = manifest();
    if (!PlanId.of(manifest).equals(manifest.plan())) {
      throw InvalidPlan.of(
          "Cannot use plan "
              + location
              + ": its id is not that of what it would do ("
              + manifest.plan()
              + ")");
    }
    Map<String, PlanFile> expected = new TreeMap<>();
    manifest.files().forEach(file -> expected.put(file.path(), file));
    for (String path : found(storage, prefix)) {
      if (!expected.containsKey(path)) {
        throw InvalidPlan.of(
            "Cannot use plan " + location + ": " + path + " was added after it was sealed");
      }
    }
    for (PlanFile file : expected.values()) {
      verify(file);
    }
  }

  /**
   * The corrections, file by file in the order of their paths, and in each as they were written. A
   * reader that has come to the end has found exactly the corrections of the manifest, or has
   * failed.
   */
  public CorrectionSource corrections() {
    return new PlanCorrections(storage, prefix, manifest());
  }

  /** Starts to read the quarantined events, without their bytes. */
  public EntryReader<QuarantineEntry> quarantine() {
    return new EntryFiles<>(
        storage, prefix, files(QUARANTINE), QuarantineFormat.described(), Function.identity());
  }

  /** Starts to read the quarantined events with their bytes, which are payload. */
  public EntryReader<QuarantineEntry> deadLetters() {
    return new EntryFiles<>(
        storage, prefix, files(QUARANTINE), QuarantineFormat.whole(), Function.identity());
  }

  /** Starts to read the suppressed effects. */
  public EntryReader<EffectEntry> effects() {
    return new EntryFiles<>(
        storage, prefix, files(EFFECTS), new EffectFormat(), Function.identity());
  }

  /**
   * Starts to read a file of the plan that isn't made of rows, such as the report.
   *
   * @throws ErrataException INVALID_PLAN where the manifest doesn't list it, UNAVAILABLE where it
   *     can't be read
   */
  public InputStream read(String path) {
    if (manifest().files().stream().noneMatch(file -> file.path().equals(path))) {
      throw InvalidPlan.of(
          "Cannot read " + path + " of plan " + location + ": the manifest doesn't list it");
    }
    return storage.read(prefix + path);
  }

  private static PlanDirectory open(PlanStorage storage, String prefix, String location) {
    if (!storage.exists(prefix + MANIFEST)) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          "Cannot open plan " + location + ": there is no " + MANIFEST + " in it",
          "Give the folder of a plan, or its id.");
    }
    byte[] json;
    try (InputStream in = storage.read(prefix + MANIFEST)) {
      json = in.readAllBytes();
    } catch (IOException e) {
      throw unavailable("read", location + "/" + MANIFEST, e);
    }
    return new PlanDirectory(storage, prefix, PlanManifestJson.read(json, location));
  }

  private static void check(PlanStorage plans, String stagingFolder, PlanManifest manifest) {
    if (!PlanId.of(manifest).equals(manifest.plan())) {
      throw new IllegalArgumentException(
          "Cannot seal plan " + manifest.plan() + ": that is not the id of what it would do");
    }
    Set<String> listed =
        manifest.files().stream()
            .map(PlanFile::path)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> staged =
        plans.list(stagingFolder).stream()
            .map(path -> path.substring(stagingFolder.length() + 1))
            .filter(path -> !path.equals(MANIFEST))
            .collect(Collectors.toCollection(TreeSet::new));
    if (!listed.equals(staged) || listed.size() != manifest.files().size()) {
      throw new IllegalArgumentException(
          "Cannot seal plan "
              + manifest.plan()
              + ": it lists "
              + listed
              + " (there are "
              + staged
              + ")");
    }
  }

  private static @Nullable PlanDirectory keep(PlanStorage plans, PlanManifest fresh) {
    PlanDirectory old;
    try {
      old = open(plans, fresh.plan());
      old.verifySeal();
    } catch (ErrataException e) {
      if (e.code() == ErrorCode.INVALID_PLAN) {
        return null;
      }
      throw e;
    }
    return saysTheSame(old.manifest(), fresh) ? old : null;
  }

  private static boolean saysTheSame(PlanManifest old, PlanManifest fresh) {
    return old.spec().equals(fresh.spec())
        && old.window().equals(fresh.window())
        && old.worker().equals(fresh.worker())
        && old.table().equals(fresh.table())
        && old.events().equals(fresh.events())
        && old.rows().equals(fresh.rows())
        && old.coverage().complete() == fresh.coverage().complete()
        && old.coverage().gaps().equals(fresh.coverage().gaps())
        && old.coverage().sources().equals(fresh.coverage().sources())
        && old.limits().equals(fresh.limits())
        && old.warnings().equals(fresh.warnings())
        && digests(old, QUARANTINE).equals(digests(fresh, QUARANTINE))
        && digests(old, EFFECTS).equals(digests(fresh, EFFECTS));
  }

  private static List<String> digests(PlanManifest manifest, String folder) {
    return files(manifest, folder).stream().map(PlanFile::sha256).sorted().toList();
  }

  /**
   * Two runs that seal one plan at one time can take each other's files away; neither may then
   * report success.
   */
  private void requireItsFiles() {
    Set<String> listed = new TreeSet<>();
    files(CORRECTIONS).forEach(file -> listed.add(file.path()));
    files(QUARANTINE).forEach(file -> listed.add(file.path()));
    files(EFFECTS).forEach(file -> listed.add(file.path()));
    if (!listed.equals(new TreeSet<>(found(storage, prefix)))) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot seal plan " + location + ": another run wrote to it at the same time",
          "Plan again, one run at a time.");
    }
  }

  private void verify(PlanFile file) {
    String path = prefix + file.path();
    if (!storage.exists(path)) {
      throw InvalidPlan.of("Cannot use plan " + location + ": " + file.path() + " is missing");
    }
    long bytes = storage.size(path);
    if (bytes != file.bytes() || !digest(path).hex().equals(file.sha256())) {
      throw InvalidPlan.of(
          "Cannot use plan "
              + location()
              + ": "
              + file.path()
              + " was changed after it was sealed ("
              + bytes
              + " bytes; it had "
              + file.bytes()
              + ")");
    }
  }

  private Digest digest(String path) {
    MessageDigest sha256 = Digest.sha256();
    try (InputStream in = storage.read(path)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha256.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw unavailable("read", storage.location() + "/" + path, e);
    }
    return Digest.of(sha256);
  }

  private List<PlanFile> files(String folder) {
    return files(manifest(), folder);
  }

  static List<PlanFile> files(PlanManifest manifest, String folder) {
    return manifest.files().stream()
        .filter(file -> file.path().startsWith(folder + "/"))
        .sorted(Comparator.comparing(PlanFile::path))
        .toList();
  }

  private static List<String> found(PlanStorage storage, String prefix) {
    return FOLDERS.stream()
        .flatMap(folder -> storage.list(prefix + folder).stream())
        .map(path -> path.substring(prefix.length()))
        .toList();
  }

  private static ErrataException unavailable(String verb, String path, IOException cause) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot " + verb + " " + path + ": " + cause.getClass().getSimpleName(),
        "Look whether the plan's folder can be reached, then try again.",
        cause);
  }
}
