# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# make sign-key and make sign. The signature is taken apart and verified here by
# openssl, which knows nothing of how the kernel's tool put it together.

readonly tail_size=40 # of it 12 are lengths, the last 4 that of the signature

sign_with() {
	user_make sign KVER="$release" SIGN_KEY="$work/$1.key" SIGN_CERT="$work/$1.pub"
}

makes_key() {
	user_make sign-key SIGN_KEY="$work/$1.key" >"$work/said" || return
	cat "$work/said"
	grep -q "^ *mokutil --import $work/$1.pub$" "$work/said" &&
		same "600 644" "$(stat -c %a "$work/$1.key" "$work/$1.pub" | xargs)"
}

# split MODULE: into $work/unsigned and $work/signature.
split() {
	local size length

	[[ $(tail -c 28 "$1") == "~Module signature appended~" ]] || {
		echo "no signature at the end of $1"
		return 1
	}
	size=$(stat -c %s "$1")
	length=$((0x$(tail -c 32 "$1" | head -c 4 | od -An -tx1 | tr -d ' ')))
	head -c $((size - tail_size - length)) "$1" >"$work/unsigned"
	tail -c $((tail_size + length)) "$1" | head -c "$length" >"$work/signature"
}

# verifies MODULE CERTIFICATE
verifies() {
	split "$1" && openssl x509 -inform DER -in "$2" -out "$work/certificate" &&
		openssl cms -verify -binary -inform DER -in "$work/signature" \
			-content "$work/unsigned" \
			-certfile "$work/certificate" -CAfile "$work/certificate" \
			-noverify -out /dev/null
}

does_not_verify() {
	! verifies "$@"
}

# A second signature would lie behind the first one.
signed_once() {
	cmp "$work/unsigned.ko" "$work/unsigned"
}

signs_again() {
	sign_with second && verifies "$tree/aobj.ko" "$work/second.pub" && signed_once
}

signer_is_shown() {
	same "$1" "$(modinfo -F signer "$2")"
}

# Nothing of a module that changed is let through.
tampered() {
	cp "$tree/aobj.ko" "$work/tampered.ko"
	printf 'X' | dd of="$work/tampered.ko" bs=1 seek=4096 conv=notrunc status=none
	does_not_verify "$work/tampered.ko" "$work/second.pub"
}

installed_as_signed() {
	user_make KVER="$release" && \
		user_make install-module DESTDIR="$work/root" KVER="$release" &&
		verifies "$work/root/lib/modules/$release/updates/aobj.ko" "$work/second.pub"
}

check_signing() {
	local signer

	signer="Module signing key of $(uname -n)"
	cp "$tree/aobj.ko" "$work/unsigned.ko"
	tap_check "make sign without a key says so in a line" refuses "no key in .*make sign-key" \
		sign_with none
	tap_check "make sign without headers says so in a line" \
		refuses "no scripts/sign-file in .*install linux-headers-" \
			user_make sign KVER=$no_release
	tap_check "make sign-key makes a key, and says how to enrol it" makes_key first
	tap_check "make sign-key does not overwrite a key" \
		refuses "is there already" user_make sign-key SIGN_KEY="$work/first.key"
	tap_check "make sign-key where it may not write says so in a line" \
		refuses "cannot write to /proc/nowhere" \
			user_make sign-key SIGN_KEY=/proc/nowhere/a.key
	tap_check "make sign signs" sign_with first
	tap_check "the signature verifies" verifies "$tree/aobj.ko" "$work/first.pub"
	tap_check "modinfo shows the signer" signer_is_shown "$signer" "$tree/aobj.ko"
	tap_check "make sign-key makes another" makes_key second
	tap_check "it verifies by no other key" does_not_verify "$tree/aobj.ko" "$work/second.pub"
	tap_check "make sign replaces a signature" signs_again
	tap_check "a module changed after signing does not verify" tampered
	tap_check "make and make install keep the signature" installed_as_signed
}
