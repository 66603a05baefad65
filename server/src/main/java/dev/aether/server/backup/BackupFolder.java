package dev.aether.server.backup;

import com.google.protobuf.util.JsonFormat;
import dev.aether.server.wire.BackupManifest;
import dev.aether.server.wire.BackupNamespace;
import dev.aether.server.wire.BackupStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A complete backup on disk: a file for each stream, a manifest that says what they are, and a list
 * of checksums of all these files in the format of {@code sha256sum}. Nothing else is in the
 * folder.
 *
 * @param id the checksum of the manifest, which identifies the backup
 */
public record BackupFolder(Path path, BackupManifest manifest, String id) {
  static final String MANIFEST = "aether-backup.json";
  static final String CHECKSUMS = "SHA256SUMS";

  /** The format of the folder that this version writes, and the newest that it reads. */
  static final int FORMAT = 1;

  /** The format of the streams' content (docs/stored-form.md). */
  static final int STORED_FORM = 1;

  private static final int BUFFER_BYTES = 1 << 20;
  private static final Pattern CHECKSUM_LINE = Pattern.compile("([0-9a-f]{64})  ([\\w.+-]+)");

  /**
   * Opens a backup and checks the checksum of every file, which reads all of it.
   *
   * @throws BackupException if a file is missing or damaged, or was written by a newer version
   */
  public static BackupFolder verified(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new BackupException(folder + " is not a folder");
    }
    try {
      Map<String, String> checksums = checksums(folder);
      for (Map.Entry<String, String> expected : checksums.entrySet()) {
        check(folder, expected.getKey(), expected.getValue());
      }
      BackupManifest manifest = manifest(folder);
      for (BackupStream stream : streams(manifest)) {
        if (!checksums.containsKey(stream.getFile())) {
          throw new BackupException(
              folder + " is damaged: " + CHECKSUMS + " does not list " + stream.getFile());
        }
      }
      return new BackupFolder(folder, manifest, String.valueOf(checksums.get(MANIFEST)));
    } catch (IOException e) {
      throw new BackupException(folder + " cannot be read: " + reason(e), e);
    }
  }

  private static Map<String, String> checksums(Path folder) throws IOException {
    Map<String, String> checksums = new LinkedHashMap<>();
    List<String> lines;
    try {
      lines = Files.readAllLines(folder.resolve(CHECKSUMS));
    } catch (NoSuchFileException e) {
      throw new BackupException(
          folder + " is not a complete backup: it has no file " + CHECKSUMS, e);
    }
    for (String line : lines) {
      Matcher checksum = CHECKSUM_LINE.matcher(line);
      if (!checksum.matches()) {
        throw new BackupException(folder + " is damaged: " + CHECKSUMS + " cannot be read");
      }
      checksums.put(checksum.group(2), checksum.group(1));
    }
    if (!checksums.containsKey(MANIFEST)) {
      throw new BackupException(
          folder + " is damaged: " + CHECKSUMS + " does not list " + MANIFEST);
    }
    return checksums;
  }

  private static void check(Path folder, String file, String expected) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = Files.newInputStream(folder.resolve(file))) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    } catch (NoSuchFileException e) {
      throw new BackupException(folder + " is damaged: the file " + file + " is missing", e);
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(expected)) {
      throw new BackupException(
          folder + " is damaged: the file " + file + " does not have the checksum in " + CHECKSUMS);
    }
  }

  private static BackupManifest manifest(Path folder) throws IOException {
    BackupManifest.Builder manifest = BackupManifest.newBuilder();
    JsonFormat.parser()
        .ignoringUnknownFields()
        .merge(Files.readString(folder.resolve(MANIFEST), StandardCharsets.UTF_8), manifest);
    if (manifest.getFormat() != FORMAT || manifest.getStoredForm() != STORED_FORM) {
      throw new BackupException(
          folder
              + " was made by Aether "
              + manifest.getAetherVersion()
              + " and has format "
              + manifest.getFormat()
              + " with stored form "
              + manifest.getStoredForm()
              + "; this version reads format "
              + FORMAT
              + " with stored form "
              + STORED_FORM);
    }
    return manifest.build();
  }

  static List<BackupStream> streams(BackupManifest manifest) {
    return manifest.getNamespacesList().stream()
        .map(BackupNamespace::getStreamsList)
        .flatMap(List::stream)
        .toList();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static String reason(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
