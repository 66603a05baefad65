package dev.aether.server.cli.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GzipMembersTest {

  /** Gives so many bytes at a time and never knows of more. */
  private static final class Packets extends InputStream {
    private final InputStream bytes;
    private final int size;

    Packets(byte[] bytes, int size) {
      this.bytes = new ByteArrayInputStream(bytes);
      this.size = size;
    }

    @Override
    public int read() throws IOException {
      return bytes.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return bytes.read(into, offset, Math.min(length, size));
    }

    @Override
    public int available() {
      return 0;
    }
  }

  @ParameterizedTest
  @MethodSource("packets")
  void allMembersComeHoweverTheBytesArrive(int packet) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    Random random = new Random(packet);
    for (int member = 0; member < 400; member++) {
      byte[] data = new byte[random.nextInt(200)]; // Some are empty.
      random.nextBytes(data);
      expected.writeBytes(data);
      packed.writeBytes(gzip(data));
    }

    assertArrayEquals(expected.toByteArray(), unpack(packed.toByteArray(), packet));
  }

  static Stream<Integer> packets() {
    return Stream.of(1, 7, 18, 1_448, 65_536, 1_000_000);
  }

  @Test
  void aHeaderWithAllItsFieldsIsPassedOver() throws IOException {
    assertArrayEquals(bytes("x"), unpack(withAllFields(bytes("x"), 0), 3));
  }

  @Test
  void zerosAfterTheLastMemberArePadding() throws IOException {
    assertArrayEquals(bytes("a"), unpack(joined(gzip(bytes("a")), new byte[100_000]), 4_096));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void whatGzipCallsAnErrorIsOne(String reason, byte[] packed) {
    IOException error = assertThrows(IOException.class, () -> unpack(packed, 1_448));

    assertEquals(reason, error.getMessage());
  }

  static Stream<Arguments> damages() throws IOException {
    byte[] member = gzip(bytes("some text, some text"));
    String followed = "the gzip data is followed by something that is not gzip";
    List<Arguments> cases = new ArrayList<>();
    for (int length = 1; length < member.length; length++) {
      byte[] cut = Arrays.copyOf(member, length);
      cases.add(Arguments.of("the gzip data is truncated", cut));
      cases.add(Arguments.of("the gzip data is truncated", joined(member, cut)));
    }
    cases.add(Arguments.of("the gzip data is truncated", new byte[0]));
    cases.add(Arguments.of(followed, joined(member, bytes("garbage"))));
    cases.add(Arguments.of(followed, joined(member, bytes("\0\0garbage"))));
    cases.add(Arguments.of(followed, joined(member, flipped(member, 0))));
    cases.add(Arguments.of(followed, joined(member, flipped(member, 1))));
    String header = "member 2 of the gzip data has a damaged header";
    cases.add(Arguments.of(header, joined(member, flipped(member, 2))));
    byte[] reserved = member.clone();
    reserved[3] |= (byte) 0x80;
    cases.add(Arguments.of(header, joined(member, reserved)));
    cases.add(Arguments.of(header, joined(member, withAllFields(bytes("x"), 1))));
    cases.add(
        Arguments.of(
            "member 1 of the gzip data has a damaged body", flippedTo(member, 10, (byte) 0xff)));
    for (int last = 1; last <= 8; last++) {
      cases.add(
          Arguments.of(
              "member 1 of the gzip data has a damaged checksum",
              joined(flipped(member, member.length - last), member)));
    }
    return cases.stream();
  }

  @Test
  void anyFlippedByteIsToldOrChangesNothing() throws IOException {
    byte[] data = bytes("some text, some text, some other text");
    byte[] packed = joined(gzip(data), gzip(data));
    for (int at = 0; at < packed.length; at++) {
      byte[] damaged = flipped(packed, at);
      try {
        assertArrayEquals(joined(data, data), unpack(damaged, 64), "byte " + at);
      } catch (IOException e) {
        // Told.
      }
    }
  }

  private static byte[] unpack(byte[] packed, int packet) throws IOException {
    try (InputStream in = new GzipMembers(new Packets(packed, packet))) {
      return in.readAllBytes();
    }
  }

  /** As RFC 1952 has them; with a header checksum that is wrong by so much. */
  private static byte[] withAllFields(byte[] data, int wrongBy) throws IOException {
    byte[] plain = gzip(data);
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 0x1f, 1, 2, 3, 4, 0, 3});
    header.writeBytes(new byte[] {4, 0, 'e', 'x', 0, 0});
    header.writeBytes(bytes("name\0comment\0"));
    CRC32 checksum = new CRC32();
    checksum.update(header.toByteArray());
    header.write((int) checksum.getValue() + wrongBy);
    header.write((int) checksum.getValue() >> 8);
    return joined(header.toByteArray(), Arrays.copyOfRange(plain, 10, plain.length));
  }

  private static byte[] flipped(byte[] bytes, int at) {
    return flippedTo(bytes, at, (byte) ~bytes[at]);
  }

  private static byte[] flippedTo(byte[] bytes, int at, byte value) {
    byte[] flipped = bytes.clone();
    flipped[at] = value;
    return flipped;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] data) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(data);
    }
    return packed.toByteArray();
  }
}
