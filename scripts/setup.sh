#!/usr/bin/env bash
# Odoo 19, its Python packages, a browser, wkhtmltopdf and fonts, under $CACHE. Needs no root.
#
#     setup.sh [--browser] [--pdf] [--fonts]
#
# Odoo is taken from ODOO_PATH (a folder holding odoo/release.py), else from a python
# ($PYTHON) that imports odoo 19, else Debian's package is unpacked into the cache.
source "$(dirname "$0")/environment.sh"
cd "$ROOT"
PY="${PYTHON:-python3}"
mkdir -p "$CACHE"
echo '*' >"$CACHE/.gitignore"

# Print the Debian mirror that this machine's own apt is set to.
debian_mirror() {
  if [ -n "${DEBIAN_MIRROR:-}" ]; then echo "$DEBIAN_MIRROR"; return; fi
  { grep -hsv '^ *#' /etc/apt/sources.list /etc/apt/sources.list.d/* || true; } |
    { grep -Eo 'https?://[^ ]*/debian/?( |$)' || true; } | tr -d ' ' | sort -u | sed -n 1p
}

# download_debs FOLDER SUITES STATUS APT-ARGUMENTS: fetch packages into an empty FOLDER
# with an apt of our own, so that neither root nor the machine's package state is touched.
download_debs() {
  local folder="$1" suites="$2" status="$3"; shift 3
  local apt="$CACHE/apt" key=/usr/share/keyrings/debian-archive-keyring.gpg mirror suite
  command -v apt-get >/dev/null || fail "apt-get is needed to fetch Debian packages; or set ODOO_PATH, and put chromium and wkhtmltopdf on PATH"
  mirror="$(debian_mirror)"
  [ -n "$mirror" ] || fail "no Debian mirror in apt's sources: set DEBIAN_MIRROR"
  [ -e "$key" ] || fail "$key is missing: install debian-archive-keyring"
  rm -rf "$apt" "$folder"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/none" "$folder"
  : >"$apt/sources.list"
  for suite in $suites; do
    case "$suite" in
      *-security) printf 'deb [signed-by=%s] %s %s main\n' "$key" "${mirror%/}-security" "$suite" ;;
      *) printf 'deb [signed-by=%s] %s %s main\n' "$key" "$mirror" "$suite" ;;
    esac >>"$apt/sources.list"
  done
  [ "$status" != none ] || { status="$apt/status"; : >"$status"; }
  local options=(-q -y -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts="$apt/none"
    -o Dir::State="$apt" -o Dir::State::lists="$apt/lists" -o Dir::State::status="$status" -o Dir::Cache="$apt/cache"
    -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1)
  apt-get "${options[@]}" update
  (cd "$folder" && apt-get "${options[@]}" "$@")
  find "$apt/cache/archives" -name '*.deb' -exec mv {} "$folder" \;
  rm -rf "$apt"
}

# unpack FOLDER TARGET: every package of FOLDER into TARGET, all or nothing.
unpack() {
  local folder="$1" target="$2" deb
  rm -rf "$target.new"
  mkdir -p "$target.new"
  for deb in "$folder"/*.deb; do dpkg-deb -x "$deb" "$target.new"; done
  rm -rf "$folder"
}

get_odoo() {
  if [ -e "$CACHE/root/.complete" ]; then return; fi
  say "Downloading Odoo 19 (125 MB)"
  quietly odoo-download download_debs "$CACHE/debs" "sid bookworm" none download \
    odoo-19/sid libjs-jquery/sid libjs-jquery-form/sid libjs-underscore/sid fonts-roboto-unhinted/sid \
    fonts-montserrat/sid fonts-inconsolata/sid fonts-ocr-b/sid fonts-font-awesome/bookworm
  quietly odoo-unpack unpack "$CACHE/debs" "$CACHE/root"
  # Debian leaves out one script that mail's bundle names; without it every page logs an error.
  local stub="$CACHE/root.new/usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
  mkdir -p "${stub%/*}"
  [ -e "$stub" ] || echo '/* left out of the Debian package */' >"$stub"
  touch "$CACHE/root.new/.complete"
  rm -rf "$CACHE/root"
  mv "$CACHE/root.new" "$CACHE/root"
}

# make_venv ODOO: a virtual environment with Odoo's packages that finds Odoo in the folder ODOO.
make_venv() {
  local odoo="$1" want
  want="$(sha256sum <scripts/requirements.txt) $("$PY" -V)"
  if [ "$(cat "$VENV/.want" 2>/dev/null)" != "$want" ]; then
    say "Installing Odoo's Python packages"
    "$PY" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 13))' ||
      fail "Python 3.10 to 3.12 is needed, this is $("$PY" -V): set PYTHON"
    rm -rf "$VENV"
    quietly venv "$PY" -m venv "$VENV"
    quietly pip "$PYTHON_BIN" -m pip install --disable-pip-version-check -q -r scripts/requirements.txt
    echo "$want" >"$VENV/.want"
  fi
  echo "$odoo" >"$("$PYTHON_BIN" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/odoo-path.pth"
}

# unpack_program FOLDER PACKAGE: a program of Debian, with the libraries that the machine lacks
# and fonts of its own, into FOLDER.new; it is put in place once its wrapper is written.
unpack_program() {
  local folder="$1" package="$2" codename
  # shellcheck disable=SC1091
  codename="$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")"
  quietly "$package-download" download_debs "$CACHE/debs" "$codename $codename-security" /var/lib/dpkg/status \
    install --download-only --no-install-recommends "$package" fonts-liberation fonts-wqy-microhei
  quietly "$package-unpack" unpack "$CACHE/debs" "$CACHE/$folder"
  mkdir -p "$CACHE/$folder.new/bin"
  cat >"$CACHE/$folder.new/fonts.conf" <<FONTS
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>$CACHE/$folder/usr/share/fonts</dir>
<cachedir>$CACHE/$folder/fontcache</cachedir></fontconfig>
FONTS
}

# name_libraries FOLDER: where the libraries of an unpacked program are.
name_libraries() {
  local libraries; libraries="$1/usr/lib/$(uname -m)-linux-gnu"
  echo "$libraries:$libraries/pulseaudio:$1/lib/$(uname -m)-linux-gnu"
}

# A browser for the tours: the machine's, else Debian's Chromium unpacked into the cache.
get_browser() {
  local name libraries
  for name in google-chrome chromium chromium-browser google-chrome-stable; do
    if command -v "$name" >/dev/null; then return; fi
  done
  if [ -x "$CACHE/browser/bin/chromium" ]; then
    # One of before knows its own fonts only.
    sed -i 's|FONTCONFIG_FILE="\([^$"]*\)"|FONTCONFIG_FILE="${FONTCONFIG_FILE:-\1}"|' "$CACHE/browser/bin/chromium"
    return
  fi
  say "Downloading Chromium"
  unpack_program browser chromium
  libraries="$(name_libraries "$CACHE/browser")"
  # The networking flags keep the browser from looking up hosts of its maker at every start.
  cat >"$CACHE/browser.new/bin/chromium" <<WRAPPER
#!/bin/sh
export LD_LIBRARY_PATH="$libraries:\$LD_LIBRARY_PATH" FONTCONFIG_FILE="\${FONTCONFIG_FILE:-$CACHE/browser/fonts.conf}"
exec "$CACHE/browser/usr/lib/chromium/chromium" --no-sandbox --disable-quic --disable-background-networking \\
  --disable-component-update --disable-sync "\$@"
WRAPPER
  chmod +x "$CACHE/browser.new/bin/chromium"
  rm -rf "$CACHE/browser"
  mv "$CACHE/browser.new" "$CACHE/browser"
  "$CACHE/browser/bin/chromium" --version >/dev/null || {
    rm -rf "$CACHE/browser"
    fail "Chromium does not start: install chromium yourself so that it is on PATH"
  }
}

# What makes PDFs of Odoo's papers: the machine's, else Debian's unpacked into the cache. It is
# not the build that Odoo's makers patch: it prints no headers and footers.
get_wkhtmltopdf() {
  if command -v wkhtmltopdf >/dev/null || [ -x "$CACHE/wkhtmltopdf/bin/wkhtmltopdf" ]; then return; fi
  say "Downloading wkhtmltopdf"
  unpack_program wkhtmltopdf wkhtmltopdf
  local folder="$CACHE/wkhtmltopdf"
  cat >"$folder.new/bin/wkhtmltopdf" <<WRAPPER
#!/bin/sh
export LD_LIBRARY_PATH="$(name_libraries "$folder"):\$LD_LIBRARY_PATH" FONTCONFIG_FILE="$folder/fonts.conf" \\
  QT_PLUGIN_PATH="$folder/usr/lib/$(uname -m)-linux-gnu/qt5/plugins" QT_QPA_PLATFORM=offscreen
exec "$folder/usr/bin/wkhtmltopdf" "\$@"
WRAPPER
  chmod +x "$folder.new/bin/wkhtmltopdf"
  rm -rf "$folder"
  mv "$folder.new" "$folder"
  "$folder/bin/wkhtmltopdf" --version >/dev/null || {
    rm -rf "$folder"
    fail "wkhtmltopdf does not start: install it yourself so that it is on PATH"
  }
}

# The fonts of pictures: what people's own systems show Odoo in, Latin and Chinese.
get_fonts() {
  if [ -e "$CACHE/fonts/fonts.conf" ]; then return; fi
  say "Downloading fonts (60 MB)"
  local codename
  # shellcheck disable=SC1091
  codename="$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")"
  quietly fonts-download download_debs "$CACHE/debs" "$codename" none download \
    fonts-roboto-unhinted fonts-noto-cjk fonts-dejavu-core
  quietly fonts-unpack unpack "$CACHE/debs" "$CACHE/fonts"
  cat >"$CACHE/fonts.new/fonts.conf" <<FONTS
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>$CACHE/fonts/usr/share/fonts</dir><cachedir>$CACHE/fonts/cache</cachedir>
<alias><family>sans-serif</family>
<prefer><family>Roboto</family><family>Noto Sans CJK SC</family><family>DejaVu Sans</family></prefer>
</alias></fontconfig>
FONTS
  rm -rf "$CACHE/fonts"
  mv "$CACHE/fonts.new" "$CACHE/fonts"
}

if [ -n "${ODOO_PATH:-}" ]; then
  [ -e "$ODOO_PATH/odoo/release.py" ] || fail "ODOO_PATH=$ODOO_PATH holds no odoo/release.py"
  make_venv "$ODOO_PATH"
elif [ "$("$PY" -c 'import odoo.release as r; print(r.major_version)' 2>/dev/null)" = 19.0 ]; then
  make_venv "$("$PY" -c 'import odoo.release as r, os; print(os.path.dirname(os.path.dirname(r.__file__)))')"
else
  get_odoo
  make_venv "$CACHE/root/usr/lib/python3/dist-packages"
fi
for wanted in "$@"; do
  case "$wanted" in
    --browser) get_browser ;;
    --pdf) get_wkhtmltopdf ;;
    --fonts) get_fonts ;;
    *) fail "scripts/setup.sh [--browser] [--pdf] [--fonts]" ;;
  esac
done
